# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The regular dodecahedron, in the orientation of `DodecaSkyMap`."""

__all__ = ["Dodecahedron"]

import itertools
import math
from typing import Any

import numpy as np
import numpy.typing as npt


class Dodecahedron:
    """Directions of the faces and the vertices of a regular dodecahedron.

    Parameters
    ----------
    withFacesOnPoles : `bool`, optional
        Whether a face is centred on each pole; otherwise a vertex is.

    Notes
    -----
    Faces are numbered from north to south, and by increasing right ascension
    at equal declination.
    """

    def __init__(self, withFacesOnPoles: bool = False) -> None:
        self._withFacesOnPoles = bool(withFacesOnPoles)
        faces = _computeFaces()
        vertices = _computeVertices(faces)
        if withFacesOnPoles:
            rotation = _computeRotation(faces[0], _findNearest(faces[1:], faces[0]))
        else:
            # A neighbour on negative x puts a face, not an edge, at RA 0.
            rotation = _computeRotation(vertices[0], -_findNearest(vertices[1:], vertices[0]))
        self.vertexVecList = [rotation @ vertex for vertex in vertices]
        self.faceVecList = sorted((rotation @ face for face in faces), key=_faceOrder)

    def getFaceCtr(self, ind: int) -> npt.NDArray[Any]:
        """Get the direction of the centre of a face.

        Parameters
        ----------
        ind : `int`
            Number of the face.

        Returns
        -------
        face : `numpy.ndarray`
            Unit vector.
        """
        return self.faceVecList[ind][:]

    def getVertices(self, ind: int) -> list[npt.NDArray[Any]]:
        """Get the vertices of a face.

        Parameters
        ----------
        ind : `int`
            Number of the face.

        Returns
        -------
        vertices : `list` [`numpy.ndarray`]
            Five unit vectors, in order around the face, in either sense.
        """
        rest = _findAllNearest(self.vertexVecList, self.getFaceCtr(ind))
        ordered = [rest.pop(0)]
        while rest:
            rest.sort(key=lambda vertex: -_similarity(vertex, ordered[-1]))
            ordered.append(rest.pop(0))
        return ordered

    def getFaceInd(self, vec: npt.ArrayLike) -> int:
        """Find the face that a direction goes through.

        Parameters
        ----------
        vec : `~collections.abc.Sequence` [`float`]
            Vector of three components.

        Returns
        -------
        ind : `int`
            Number of the face; of several with the same distance, the first.
        """
        return int(np.argmax(np.sum(np.asarray(self.faceVecList) * np.asarray(vec), axis=1)))


def _computeFaces() -> list[npt.NDArray[Any]]:
    """Compute the faces in the orientation with simple coordinates."""
    golden = (1.0 + math.sqrt(5.0)) / 2.0
    faces = []
    for base in ((0, 1, golden), (1, golden, 0), (golden, 0, 1)):
        signs = ((1,) if component == 0 else (1, -1) for component in reversed(base))
        for sz, sy, sx in itertools.product(*signs):
            face = np.array([sx * base[0], sy * base[1], sz * base[2]])
            faces.append(face / math.sqrt(np.sum(np.array(base) ** 2)))
    return faces


def _computeVertices(faces: Any) -> list[Any]:
    """Compute the vertices, each from the three faces that meet there."""
    neighbours = [
        {j for j, other in enumerate(faces) if j != i and _similarity(face, other) > 0.4}
        for i, face in enumerate(faces)
    ]
    vertices: dict[Any, Any] = {}
    for i in range(len(faces)):
        for j in sorted(neighbours[i]):
            # The number of a vertex decides where the stack's vertex lists
            # start; there, the third face goes by its number modulo 8.
            for k in sorted(neighbours[i] & neighbours[j], key=lambda face: face % 8):
                total = faces[i] + faces[j] + faces[k]
                vertices.setdefault(frozenset((i, j, k)), total / np.sqrt(np.sum(total**2)))
    return list(vertices.values())


def _computeRotation(pole: npt.NDArray[Any], meridian: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Compute the rotation that puts one vector on z, another over x.

    Parameters
    ----------
    pole : `numpy.ndarray`
        What is to point at the north pole.
    meridian : `numpy.ndarray`
        What is to have y = 0 and positive x.

    Returns
    -------
    rotation : `numpy.ndarray`
        Matrix of shape (3, 3).
    """
    aroundX = _rotationAbout(0, math.atan2(pole[1], pole[2]))
    tilted = aroundX @ pole
    aroundXY = _rotationAbout(1, -math.atan2(tilted[0], tilted[2])) @ aroundX
    turned = aroundXY @ meridian
    return _rotationAbout(2, -math.atan2(turned[1], turned[0])) @ aroundXY


def _rotationAbout(axis: int, angle: float) -> npt.NDArray[Any]:
    """Make the matrix of a rotation by an angle (radians) about an axis."""
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.zeros((3, 3))
    matrix[axis, axis] = 1.0
    matrix[first, first] = matrix[second, second] = math.cos(angle)
    matrix[second, first] = math.sin(angle)
    matrix[first, second] = -math.sin(angle)
    return matrix


def _similarity(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """Compute the cosine between two directions, for comparisons only.

    On a regular solid it takes few values, far apart; rounding makes the
    equal ones equal.
    """
    return round(float(np.sum(first * second)), 2)


def _findNearest(vectors: Any, vec: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Find the vector nearest to another one."""
    return vectors[int(np.argmax(np.sum(np.asarray(vectors) * vec, axis=1)))]


def _findAllNearest(vectors: Any, vec: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Find all vectors that are equally near to another one, and nearest."""
    similarities = [_similarity(vector, vec) for vector in vectors]
    return [vector for vector, each in zip(vectors, similarities) if each == max(similarities)]


def _faceOrder(face: npt.NDArray[Any]) -> Any:
    """Make the key that sorts faces north to south, then by longitude."""
    longitude = round(math.atan2(face[1], face[0]), 2)
    return -round(face[2], 1), longitude + 2 * math.pi if longitude < 0 else longitude
