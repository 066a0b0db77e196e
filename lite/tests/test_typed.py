# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Type checkers find lsst-lite's annotations, and each call form has some."""

import pathlib
import unittest

from wrongCalls import WRONG_CALLS

import lsst.utils.tests
from lsst._lite.arguments import Bool, Float, Int, Overloads, Size

LSST = pathlib.Path(__file__).resolve().parents[1] / "python" / "lsst"


class TypedTestCase(lsst.utils.tests.TestCase):
    """What PEP 561 asks of the parts of a namespace package."""

    def testEveryPackageSaysThatItIsAnnotated(self):
        for path in LSST.glob("**/*.py"):
            folders = path.relative_to(LSST).parents
            typed = [folder for folder in folders if (LSST / folder / "py.typed").exists()]
            if "extend_path" not in path.read_text():
                self.assertTrue(typed, path)


class WrongCallsTestCase(lsst.utils.tests.TestCase):
    """Calls that type checkers refuse."""

    def testAreTypeErrorsWhenMade(self):
        for number, call in enumerate(WRONG_CALLS):
            with self.subTest(line=call.__code__.co_firstlineno, number=number):
                with self.assertRaisesRegex(TypeError, r"\w"):
                    call()


class FormsTestCase(lsst.utils.tests.TestCase):
    """Annotations choose between call forms."""

    def testAnnotationsAreCheckedAndConvert(self):
        def ofNumbers(self, size: Size, factor: Float = 1.0, flag: Bool = False):
            return size, factor, flag

        def ofText(self, text: str | None, number: Int):
            return text, number

        def ofContainers(self, values: list[int], anything):
            return values, anything

        forms = Overloads("f", ofNumbers, ofText, ofContainers)
        self.assertEqual(forms(None, (3, 2), {}), (3, 2.0, False))
        self.assertIs(type(forms(None, (3, 2), {})[1]), float)
        self.assertEqual(forms(None, (3,), {"flag": None}), (3, 1.0, False))
        self.assertEqual(forms(None, ("x", 4), {}), ("x", 4))
        self.assertEqual(forms(None, (None, 4), {}), (None, 4))
        self.assertEqual(forms(None, ([1], "y"), {}), ([1], "y"))
        for args in ((-1, 2), (3, "x"), ("x", 4.5), ({}, "y")):
            with self.subTest(args=args), self.assertRaisesRegex(TypeError, "incompatible arguments"):
                forms(None, args, {})

    def testErrorListsTheForms(self):
        def form(self, size: Size, text: str | None, anything=2):
            raise AssertionError("called")

        with self.assertRaises(TypeError) as caught:
            Overloads("f", form)(None, (), {})
        self.assertIn("(size: int, text: str | None, anything = 2)", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
