"""bon for Python: Vietnamese marks restored by libbon, through ctypes. One file, nothing to compile.

    import bon
    with bon.Restorer("/usr/share/bon/vi.bonlm") as restorer:
        restorer.restore("toi dang hoc tieng Viet")        # 'tôi đang học tiếng Việt'
        for reading in restorer.readings("toi dang hoc", best=3):
            print(reading.logprob10, reading.text, [(s.text, s.confidence) for s in reading.spans])

The library is the one that BON_LIBRARY of the environment names, else libbon.so.0 where the system finds it. A Restorer may be
shared between threads: each thread gets a session of its own. Failures are bon.Error with the library's message.
"""

import ctypes
import os
import threading
from collections import namedtuple

__all__ = ["Alternative", "Error", "Reading", "Restorer", "Span", "Token", "lower", "strip_marks", "tokens", "version", "Word"]

Span = namedtuple("Span", "start end text confidence")
Span.__doc__ = "A word that could be restored: characters start..end of the line given, its text now, and how sure it is (0..1)."
Reading = namedtuple("Reading", "text logprob10 spans")
Reading.__doc__ = "One way to read a line: its text, log10 of its probability, and its words."
Word = namedtuple("Word", "start end alternatives")
Word.__doc__ = "A word that could be restored: characters start..end of the line given, and the ways to write it."
Alternative = namedtuple("Alternative", "text probability")
Alternative.__doc__ = "One way to write a word, and how probable it is (0..1)."
Token = namedtuple("Token", "start end kind text")
Token.__doc__ = "A token: characters start..end of the text, its kind (syllable, word, number, ...), its text."


class Error(Exception):
    """A call of the library failed; the message names the reason, `code` is the library's name of it."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


# ---- the library's structures, as in include/bon/*.h ----


class _Buf(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("len", ctypes.c_size_t), ("cap", ctypes.c_size_t)]


class _Token(ctypes.Structure):
    _fields_ = [
        ("start", ctypes.c_uint32),
        ("len", ctypes.c_uint32),
        ("kind", ctypes.c_uint8),
        ("letter_case", ctypes.c_uint8),
        ("code", ctypes.c_uint16),
    ]


class _RestoreOptions(ctypes.Structure):
    _fields_ = [
        ("beam", ctypes.c_uint),
        ("fix_marked", ctypes.c_int),
        ("min_confidence", ctypes.c_double),
        ("tone_style", ctypes.c_int),
        ("cache_weight", ctypes.c_double),
        ("residue", ctypes.c_int),
        ("reserved", ctypes.c_uint32 * 5),
    ]


class _Span(ctypes.Structure):
    _fields_ = [
        ("start", ctypes.c_size_t),
        ("len", ctypes.c_size_t),
        ("out_start", ctypes.c_size_t),
        ("out_len", ctypes.c_size_t),
        ("confidence", ctypes.c_double),
    ]


class _Result(ctypes.Structure):
    _fields_ = [
        ("text", ctypes.c_void_p),
        ("len", ctypes.c_size_t),
        ("logprob10", ctypes.c_double),
        ("spans", ctypes.POINTER(_Span)),
        ("span_count", ctypes.c_size_t),
    ]


class _Alternative(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("len", ctypes.c_size_t), ("probability", ctypes.c_double)]


class _Word(ctypes.Structure):
    _fields_ = [
        ("start", ctypes.c_size_t),
        ("len", ctypes.c_size_t),
        ("alternatives", ctypes.POINTER(_Alternative)),
        ("count", ctypes.c_size_t),
    ]


#: The structures by the name that they have in C, for checking their sizes.
STRUCTURES = {
    "bon_buf": _Buf,
    "bon_token": _Token,
    "bon_restore_options": _RestoreOptions,
    "bon_restore_span": _Span,
    "bon_restore_result": _Result,
    "bon_restore_alternative": _Alternative,
    "bon_restore_word": _Word,
}

_FUNCTIONS = {  # name: (result, arguments)
    "bon_version": (ctypes.c_char_p, []),
    "bon_error_message": (ctypes.c_char_p, []),
    "bon_status_name": (ctypes.c_char_p, [ctypes.c_int]),
    "bon_buf_free": (None, [ctypes.POINTER(_Buf)]),
    "bon_strip_marks": (ctypes.c_int, [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Buf)]),
    "bon_lower": (ctypes.c_int, [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Buf)]),
    "bon_token_kind_name": (ctypes.c_char_p, [ctypes.c_int]),
    "bon_token_next": (
        ctypes.c_bool,
        [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(_Token)],
    ),
    "bon_restorer_open": (ctypes.c_int, [ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p]),
    "bon_restorer_close": (None, [ctypes.c_void_p]),
    "bon_restore_session_open": (
        ctypes.c_int,
        [ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p, ctypes.POINTER(_RestoreOptions)],
    ),
    "bon_restore_session_close": (None, [ctypes.c_void_p]),
    "bon_restore": (ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Buf)]),
    "bon_restorer_verify": (ctypes.c_int, [ctypes.c_void_p]),
    "bon_restore_alternatives": (
        ctypes.c_int,
        [
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.POINTER(ctypes.POINTER(_Word)),
            ctypes.POINTER(ctypes.c_size_t),
        ],
    ),
    "bon_restore_line": (
        ctypes.c_int,
        [
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.POINTER(ctypes.POINTER(_Result)),
            ctypes.POINTER(ctypes.c_size_t),
        ],
    ),
}


def _load():
    path = os.environ.get("BON_LIBRARY") or "libbon.so.0"
    library = ctypes.CDLL(path)
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


_lib = _load()


def _check(status):
    if status != 0:
        raise Error(_lib.bon_status_name(status).decode(), _lib.bon_error_message().decode("utf-8", "replace"))


# Lone surrogates stand for bytes that are not UTF-8, both ways, as they do in names of files.
def _encode(text):
    return text.encode("utf-8", "surrogateescape")


def _decode(data):
    return data.decode("utf-8", "surrogateescape")


def _through(function, *arguments):
    """The text that a function appends to an empty buffer."""
    buf = _Buf()
    try:
        _check(function(*arguments, ctypes.byref(buf)))
        return _decode(ctypes.string_at(buf.data, buf.len)) if buf.len else ""
    finally:
        _lib.bon_buf_free(ctypes.byref(buf))


def version():
    """The version of the library in use."""
    return _lib.bon_version().decode()


def strip_marks(text):
    """The text with Vietnamese marks removed."""
    data = _encode(text)
    return _through(_lib.bon_strip_marks, data, len(data))


def lower(text):
    """The text in lower case."""
    data = _encode(text)
    return _through(_lib.bon_lower, data, len(data))


def tokens(text):
    """Yields the tokens of a text."""
    data = _encode(text)
    position, token = ctypes.c_size_t(0), _Token()
    byte = character = 0
    while _lib.bon_token_next(data, len(data), ctypes.byref(position), ctypes.byref(token)):
        piece = _decode(data[token.start : token.start + token.len])
        character += len(_decode(data[byte : token.start]))
        yield Token(character, character + len(piece), _lib.bon_token_kind_name(token.kind).decode(), piece)
        byte, character = token.start + token.len, character + len(piece)


class Restorer:
    """A model, and sessions to restore text with it, one a thread."""

    def __init__(self, path, *, beam=0, fix_marked=False, min_confidence=0.0, new_tone_style=False, residue=False):
        self._model = ctypes.c_void_p()
        self._options = _RestoreOptions(
            beam=beam,
            fix_marked=fix_marked,
            min_confidence=min_confidence,
            tone_style=int(new_tone_style),
            residue=residue,
        )
        self._local = threading.local()
        self._sessions, self._lock = [], threading.Lock()
        _check(_lib.bon_restorer_open(ctypes.byref(self._model), os.fsencode(path)))

    def close(self):
        """Frees the model and all sessions; no thread may be in a call."""
        with self._lock:
            for session in self._sessions:
                _lib.bon_restore_session_close(session)
            self._sessions = []
            self._local = threading.local()
            _lib.bon_restorer_close(self._model)
            self._model = ctypes.c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_model", None):
            self.close()

    def _session(self):
        if not self._model:
            raise ValueError("the restorer is closed")
        session = getattr(self._local, "session", None)
        if session is None:
            session = ctypes.c_void_p()
            _check(_lib.bon_restore_session_open(ctypes.byref(session), self._model, ctypes.byref(self._options)))
            with self._lock:
                self._sessions.append(session)
            self._local.session = session
        return session

    def restore(self, text):
        """The text with its marks; each line is a sentence of its own."""
        data = _encode(text)
        return _through(_lib.bon_restore, self._session(), data, len(data))

    def readings(self, line, best=1):
        """The `best` most probable readings of one line, most probable first."""
        if "\n" in line:
            raise ValueError("one line, please: restore() takes more")
        data = _encode(line)
        results, count = ctypes.POINTER(_Result)(), ctypes.c_size_t()
        _check(
            _lib.bon_restore_line(
                self._session(), data, len(data), best, ctypes.byref(results), ctypes.byref(count)
            )
        )
        return [self._reading(data, results[i]) for i in range(count.value)]

    def verify(self):
        """Reads the whole model and compares it with its checksums; opening reads the headers only."""
        if not self._model:
            raise ValueError("the restorer is closed")
        _check(_lib.bon_restorer_verify(self._model))

    def alternatives(self, line, most=5):
        """The words of one line, each with its `most` most probable spellings."""
        if "\n" in line:
            raise ValueError("one line, please")
        data = _encode(line)
        found, count = ctypes.POINTER(_Word)(), ctypes.c_size_t()
        _check(
            _lib.bon_restore_alternatives(
                self._session(), data, len(data), most, ctypes.byref(found), ctypes.byref(count)
            )
        )
        words, byte, character = [], 0, 0
        for word in found[: count.value]:
            character += len(_decode(data[byte : word.start]))
            end = character + len(_decode(data[word.start : word.start + word.len]))
            ways = word.alternatives[: word.count]
            texts = [Alternative(_decode(ctypes.string_at(w.text, w.len)), w.probability) for w in ways]
            words.append(Word(character, end, texts))
            byte, character = word.start + word.len, end
        return words

    @staticmethod
    def _reading(data, result):
        text = ctypes.string_at(result.text, result.len) if result.len else b""
        spans, byte, character = [], 0, 0
        for i in range(result.span_count):
            span = result.spans[i]
            character += len(_decode(data[byte : span.start]))
            length = len(_decode(data[span.start : span.start + span.len]))
            piece = _decode(text[span.out_start : span.out_start + span.out_len])
            spans.append(Span(character, character + length, piece, span.confidence))
            byte, character = span.start + span.len, character + length
        return Reading(_decode(text), result.logprob10, spans)
