# This file is part of lsst-lite.
# SPDX-License-Identifier: GPL-3.0-or-later

import builtins
import pickle
import types
import unittest
import warnings

import lsst.utils.tests
from lsst.pex import exceptions
from lsst.pex.exceptions import exceptions as lowLevel

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

    def testAddedMessagesComeAfterTheFirst(self):
        error = exceptions.NotFoundError("no file")
        error.addMessage("reader.cc", 12, "read", "in reader")
        self.assertEqual(error.what(), "no file; in reader")
        self.assertIn('File "reader.cc", line 12, in read', str(error))

    def testMessageMustBeText(self):
        with self.assertRaises(builtins.TypeError):
            exceptions.Exception(5)

    def testPickleRestoresTypeAndMessage(self):
        for name in BUILT_INS:
            with self.subTest(name=name):
                error = pickle.loads(pickle.dumps(getattr(exceptions, name)("reason")))
                self.assertIs(type(error), getattr(exceptions, name))
                self.assertEqual(str(error), "reason")

    def testDeclaredExceptionIsTranslated(self):
        class WrappedError(lowLevel.LengthError):
            pass

        module = types.ModuleType("module")
        exceptions.declare(module, "DeclaredError", exceptions.LengthError, WrappedError)
        error = exceptions.translate(WrappedError("reason"))
        self.assertIs(type(error), module.DeclaredError)
        self.assertIsInstance(error, exceptions.LengthError)
        self.assertEqual(str(error), "reason")

    def testUnknownExceptionIsTranslatedWithAWarning(self):
        class UnknownError(lowLevel.Exception):
            pass

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            error = exceptions.translate(UnknownError("reason"))
        self.assertIs(type(error), exceptions.Exception)
        self.assertEqual(len(caught), 1)


if __name__ == "__main__":
    unittest.main()
