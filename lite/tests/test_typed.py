# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Type checkers find lsst-lite's annotations, and each call form has some."""

import inspect
import pathlib
import typing
import unittest

from wrongCalls import WRONG_CALLS

import lsst.afw.image
import lsst.utils.tests

LSST = pathlib.Path(__file__).resolve().parents[1] / "python" / "lsst"


class TypedTestCase(lsst.utils.tests.TestCase):
    """What PEP 561 asks of the parts of a namespace package."""

    def testEveryPackageSaysThatItIsAnnotated(self):
        for path in LSST.glob("**/*.py"):
            folders = path.relative_to(LSST).parents
            typed = [folder for folder in folders if (LSST / folder / "py.typed").exists()]
            if "extend_path" not in path.read_text():
                self.assertTrue(typed, path)


class SignaturesTestCase(lsst.utils.tests.TestCase):
    """Editors and type checkers know what can be called how."""

    def findMembers(self):
        """Yield the names of what can be called in lsst.afw.image, and it."""
        for name, value in vars(lsst.afw.image).items():
            if inspect.isfunction(value) and not name.startswith("_"):
                yield name, value
            elif inspect.isclass(value) and value.__module__.startswith("lsst.afw.image"):
                for member, function in inspect.getmembers(value, inspect.isfunction):
                    if member == "__init__" or not member.startswith("_"):
                        yield f"{name}.{member}", function

    def testEveryCallFormHasASignature(self):
        counted = 0
        for name, function in self.findMembers():
            signature = str(inspect.signature(function))
            if "*args" in signature and not name.endswith((".Factory", ".calibrateCatalog")):
                self.assertGreater(len(typing.get_overloads(function)), 1, name)
                counted += 1
        self.assertGreater(counted, 15)

    def testSignaturesOfFormsNameTheirArguments(self):
        for cls in (lsst.afw.image.ExposureF, lsst.afw.image.MaskedImageF, lsst.afw.image.ImageF):
            forms = [
                list(inspect.signature(form).parameters)[1] for form in typing.get_overloads(cls.__init__)
            ]
            self.assertLess({"bbox", "fileName", "width"}, set(forms))


class WrongCallsTestCase(lsst.utils.tests.TestCase):
    """Calls that type checkers refuse."""

    def testAreTypeErrorsWhenMade(self):
        for number, call in enumerate(WRONG_CALLS):
            with self.subTest(line=call.__code__.co_firstlineno, number=number):
                with self.assertRaisesRegex(TypeError, r"\w"):
                    call()


if __name__ == "__main__":
    unittest.main()
