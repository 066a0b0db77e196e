# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

import builtins
import pickle
import unittest

import lsst.utils.tests
from lsst.pex import exceptions

# Which built-in exceptions each class can be caught as, by api.json.
BUILT_INS = {
    "DomainError": (),
    "InvalidParameterError": (),
    "IoError": (builtins.RuntimeError, OSError),
    "LengthError": (),
    "LogicError": (),
    "NotFoundError": (LookupError,),
    "OutOfRangeError": (),
    "OverflowError": (builtins.RuntimeError, builtins.OverflowError),
    "RangeError": (builtins.RuntimeError,),
    "RuntimeError": (builtins.RuntimeError,),
    "TypeError": (builtins.TypeError,),
    "UnderflowError": (builtins.RuntimeError, ArithmeticError),
}


class PexExceptionsTestCase(lsst.utils.tests.TestCase):
    """Exceptions of the Science Pipelines."""

    def testEachExceptionIsCaughtAsItsBuiltIns(self):
        for name, builtIns in BUILT_INS.items():
            for cls in (exceptions.Exception, *builtIns):
                with self.subTest(name=name, cls=cls), self.assertRaises(cls):
                    raise getattr(exceptions, name)("reason")

    def testNoExceptionIsCaughtAsAnythingElse(self):
        others = (
            builtins.RuntimeError,
            builtins.TypeError,
            OSError,
            LookupError,
            ArithmeticError,
            ValueError,
        )
        for name, builtIns in BUILT_INS.items():
            for cls in others:
                expected = any(issubclass(builtIn, cls) for builtIn in builtIns)
                with self.subTest(name=name, cls=cls):
                    self.assertEqual(issubclass(getattr(exceptions, name), cls), expected)

    def testTextIsTheMessage(self):
        error = exceptions.LengthError("too long")
        self.assertEqual(str(error), "too long")
        self.assertEqual(repr(error), "LengthError('too long')")
        self.assertEqual(error.args, ("too long",))
        self.assertEqual(error.what(), "too long")

    def testMessageMustBeText(self):
        with self.assertRaises(builtins.TypeError):
            exceptions.Exception(5)

    def testPickleRestoresTypeAndMessage(self):
        for name in BUILT_INS:
            with self.subTest(name=name):
                error = pickle.loads(pickle.dumps(getattr(exceptions, name)("reason")))
                self.assertIs(type(error), getattr(exceptions, name))
                self.assertEqual(str(error), "reason")


if __name__ == "__main__":
    unittest.main()
