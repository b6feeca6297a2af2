/* cmd/ime-common/quirks.h: what an application needs beside the usual, as bits. */
#ifndef BON_IME_QUIRKS_H
#define BON_IME_QUIRKS_H

enum {
    IME_QUIRK_OFF = 1,          /* no Vietnamese there: every key goes through */
    IME_QUIRK_COMMIT_FIRST = 2, /* commit, then hide the preedit (usual is the other way round) */
    IME_QUIRK_NO_REOPEN = 4,    /* does not delete what it is asked to */
    IME_QUIRK_ENGLISH = 8,      /* prediction goes no further than keeping foreign words; nothing is learned */
    IME_QUIRK_KEYS = 16         /* keys only: no prediction of any kind; nothing is learned */
};

#endif
