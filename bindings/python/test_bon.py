"""Tests of bon.py against an installed library: BON_LIBRARY names it, the folder has a small model m.bonlm.

STRUCTS names the list of the sizes of C's structures.
"""

import ctypes
import os
import threading
import unittest

import bon


class Text(unittest.TestCase):
    def test_version(self):
        self.assertRegex(bon.version(), r"^\d+\.\d+\.\d+$")

    def test_marks(self):
        self.assertEqual(bon.strip_marks("Tiếng Việt, ö"), "Tieng Viet, ö")
        self.assertEqual(bon.lower("ĐƯỜNG"), "đường")
        self.assertEqual(bon.strip_marks(""), "")

    def test_tokens(self):
        text = "Tôi có 2 con mèo."
        found = list(bon.tokens(text))
        self.assertEqual([t.text for t in found], ["Tôi", "có", "2", "con", "mèo", "."])
        self.assertEqual([t.kind for t in found][2], "number")
        for token in found:
            self.assertEqual(text[token.start : token.end], token.text)

    def test_structures(self):
        with open(os.environ["STRUCTS"], encoding="ascii") as file:
            sizes = {name: (int(size), int(align)) for name, size, align in (line.split() for line in file)}
        for name, structure in bon.STRUCTURES.items():
            self.assertEqual((ctypes.sizeof(structure), ctypes.alignment(structure)), sizes[name], name)


class Restoring(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.restorer = bon.Restorer("m.bonlm")

    @classmethod
    def tearDownClass(cls):
        cls.restorer.close()

    def test_restore(self):
        self.assertEqual(self.restorer.restore("toi dang hoc tieng Viet\nME TOI"), "tôi đang học tiếng Việt\nMẸ TÔI")
        self.assertEqual(self.restorer.restore(""), "")

    def test_bytes_that_are_no_text(self):
        odd = b"toi \xff hoc".decode("utf-8", "surrogateescape")
        self.assertEqual(self.restorer.restore(odd), odd.replace("toi", "tôi").replace("hoc", "học"))

    def test_alternatives(self):
        self.restorer.verify()
        line = "“toi” dang hoc"
        words = self.restorer.alternatives(line, 3)
        self.assertEqual([word.alternatives[0].text for word in words], ["tôi", "đang", "học"])
        self.assertEqual([line[word.start : word.end] for word in words], ["toi", "dang", "hoc"])
        self.assertTrue(all(0 < word.alternatives[0].probability <= 1.0001 for word in words))

    def test_readings(self):
        line = "“toi” dang hoc"
        first, *others = self.restorer.readings(line, best=3)
        self.assertEqual(first.text, "“tôi” đang học")
        self.assertTrue(all(first.logprob10 >= other.logprob10 for other in others))
        self.assertEqual([span.text for span in first.spans], ["tôi", "đang", "học"])
        self.assertEqual([line[span.start : span.end] for span in first.spans], ["toi", "dang", "hoc"])
        self.assertTrue(all(0 <= span.confidence <= 1.0001 for span in first.spans))

    def test_options(self):
        with bon.Restorer("m.bonlm", min_confidence=1.0) as careful:
            self.assertEqual(bon.strip_marks(careful.restore("toi dang hoc")), "toi dang hoc")

    def test_failures(self):
        with self.assertRaises(bon.Error) as caught:
            bon.Restorer("none.bonlm")
        self.assertEqual(caught.exception.code, "BON_ERR_IO")
        self.assertIn("none.bonlm", str(caught.exception))
        with self.assertRaises(bon.Error):
            self.restorer.readings("toi", best=0)
        with self.assertRaises(ValueError):
            self.restorer.readings("hai\ndòng")
        closed = bon.Restorer("m.bonlm")
        closed.close()
        with self.assertRaises(ValueError):
            closed.restore("toi")

    def test_threads(self):
        results = []
        work = lambda: results.extend(self.restorer.restore("toi dang hoc tieng Viet") for _ in range(50))
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, ["tôi đang học tiếng Việt"] * 200)


if __name__ == "__main__":
    unittest.main()
