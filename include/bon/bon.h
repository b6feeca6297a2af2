/* bon/bon.h: all of libbon. */
#ifndef BON_BON_H
#define BON_BON_H

#include "bon/base.h"
#include "bon/ime.h"
#include "bon/lm.h"
#include "bon/ngram.h"
#include "bon/normalize.h"
#include "bon/restore.h"
#include "bon/syllable.h"
#include "bon/tokenizer.h"
#include "bon/words.h"

#endif
