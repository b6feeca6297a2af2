#!/usr/bin/env python3
"""Writes src/syllable/spelling_tables.c: the spelling of Vietnamese as constant tables.

The grammar of the written syllable stands here and nowhere else: 25 onsets, 171 rhymes, which onset takes which rhyme,
how the pair is spelled and which letter carries the tone mark. The C code only looks things up.

    tools/gen_syllable.py > src/syllable/spelling_tables.c      (the file is checked in; a test compares)
"""

import unicodedata

ONSETS = "- b c ch d đ g gi h kh l m n ng nh p ph qu r s t th tr v x".replace("-", "").split(" ")
RHYMES = """
    a ac ach ai am an ang anh ao ap at au ay
    ăc ăm ăn ăng ăp ăt
    âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et
    ê êc êch êm ên êng ênh êp êt êu
    i ia ich im in inh ip it iu
    iêc iêm iên iêng iêp iêt iêu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oem oen oeo oet oi om on ong ooc oong
    op ot
    ô ôc ôi ôm ôn ông ôp ôt
    ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôp uôt uơ up ut
    uy uya uych uyên uyêt uyn uynh uyp uyt uyu
    ư ưa ưc ưi ưm ưn ưng ưt ưu
    ươc ươi ươm ươn ương ươp ươt ươu
    y ya ych yêm yên yêng yêt yêu yn ynh yp yt yu
""".split()
ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxy"  # letter i is number i + 1: five bits
VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"]  # ngang huyền sắc hỏi ngã nặng
STOPS = ("c", "ch", "p", "t")

ONLY_AFTER_QU = {"ya", "ych", "yn", "ynh", "yp", "yt", "yu"}

assert len(ONSETS) == 25 and len(RHYMES) == 171 and len(set(RHYMES)) == 171 and len(ALPHABET) == 29


def coda(rhyme):
    return rhyme.lstrip(VOWELS)


def allowed(onset, rhyme):
    """Whether an onset takes a rhyme at all."""
    if rhyme in ONLY_AFTER_QU:
        return onset == "qu"
    if rhyme.startswith("yê"):  # the spelling of iê- where no consonant stands before it
        return onset in ("", "qu")
    if rhyme.startswith("iê") and onset in ("", "qu"):
        return False
    if onset == "qu":  # the glide is in the onset already
        return rhyme[0] not in "ouư"
    if onset == "gi":  # its i is the i of the rhyme: gi + iêng is giêng, so gi + êng cannot be written
        if rhyme.startswith("ê"):
            return "i" + rhyme not in RHYMES
        return rhyme not in ("ia", "iu", "y")  # gia and giu are gi + a, gi + u
    return True


def spell(onset, rhyme):
    """The letters of a pair, tone mark apart."""
    front = rhyme[0] in "eêiy"
    if front and onset in ("c", "g", "ng"):
        onset = {"c": "k", "g": "gh", "ng": "ngh"}[onset]
    if onset == "gi" and rhyme[0] == "i":
        rhyme = rhyme[1:]
    return onset + rhyme


def tone_letter(rhyme, new_style):
    """Which letter of a rhyme carries the tone mark, counted from its end: a marked vowel, the last if two (ươ); else
    the last vowel before a coda; else the last but one of several, where the new style has oà, oè, uỳ."""
    vowels = rhyme[: len(rhyme) - len(coda(rhyme))]
    marked = [i for i, letter in enumerate(vowels) if letter in "ăâêôơư"]
    if marked:
        place = marked[-1]
    elif coda(rhyme) or len(vowels) == 1 or (new_style and rhyme in ("oa", "oe", "uy")):
        place = len(vowels) - 1
    else:
        place = len(vowels) - 2
    return len(rhyme) - 1 - place


def pack(letters):
    key = 0
    for letter in letters:
        key = key << 5 | (ALPHABET.index(letter) + 1)
    return key


def plain(text):
    text = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(c for c in text if not unicodedata.combining(c))


def entry(base, onset, rhyme):
    """The word that bon_spellings holds for a pair: see spelling.h."""
    stop = coda(rhyme) in STOPS
    return (pack(spell(onset, rhyme)) | tone_letter(rhyme, False) << 35 | tone_letter(rhyme, True) << 38 | stop << 41
            | base << 42)


SLOTS_LOG2, BUCKETS_LOG2 = 12, 11


def perfect_hash(keys):
    """Hash and displace (Belazzougui, Botelho & Dietzfelbinger 2009): the keys of a bucket share a displacement, found by
    trying, biggest buckets first."""
    slots, multiplier = 1 << SLOTS_LOG2, 0x9E3779B97F4A7C15
    while True:
        buckets = {}
        for key in keys:
            h = key * multiplier & (1 << 64) - 1
            buckets.setdefault(h >> 64 - BUCKETS_LOG2, []).append((h >> 32 & slots - 1, key))
        taken, shift, done = [None] * slots, [0] * (1 << BUCKETS_LOG2), True
        for bucket, members in sorted(buckets.items(), key=lambda item: (-len(item[1]), item[0])):
            if len({slot for slot, _ in members}) < len(members):
                done = False
                break
            for displacement in range(slots):
                if all(taken[slot ^ displacement] is None for slot, _ in members):
                    break
            else:
                done = False
                break
            shift[bucket] = displacement
            for slot, key in members:
                taken[slot ^ displacement] = key
        if done:
            return multiplier, shift, taken
        multiplier = multiplier * 0xD1342543DE82EF95 + 2 & (1 << 64) - 1 | 1


def letter_info():
    """code point -> letter | tone << 5 | upper << 8, for the 29 letters with every tone in both cases."""
    table = {}
    for number, letter in enumerate(ALPHABET, 1):
        for tone, mark in enumerate(TONES):
            if tone and letter not in VOWELS:
                continue
            lower = unicodedata.normalize("NFC", letter + mark)
            for upper, text in enumerate((lower, lower.upper())):
                table[ord(text)] = number | tone << 5 | upper << 8
    return table


def array(declaration, values, form, per_line):
    print(f"{declaration} = {{")
    for i in range(0, len(values), per_line):
        print("    " + ", ".join(form.format(v) for v in values[i : i + per_line]) + ",")
    print("};")


def main():
    pairs = {}
    for o, onset in enumerate(ONSETS):
        for r, rhyme in enumerate(RHYMES):
            if allowed(onset, rhyme):
                pairs[o * len(RHYMES) + r] = (onset, rhyme)
    words = {spell(*pair): base for base, pair in pairs.items()}
    assert len(words) == len(pairs), "two pairs have one spelling"
    assert max(len(word) for word in words) <= 7
    entries = {pack(word): entry(base, *pairs[base]) for word, base in words.items()}
    multiplier, shift, taken = perfect_hash(sorted(entries))

    print("/* src/syllable/spelling_tables.c: written by tools/gen_syllable.py, where the grammar is; spelling.h says what")
    print(" * the tables hold. */")
    print("// clang-format off")
    print('#include "syllable/spelling.h"\n')

    info = letter_info()
    letters = {c for c in range(0x200) if unicodedata.category(chr(c))[0] == "L"}
    low = [info.get(c, 0x400 | (unicodedata.category(chr(c)) == "Lu") << 8) | 0x200 if c in letters else 0
           for c in range(0x200)]
    array("const uint16_t bon_letters_low[0x200]", low, "{:#05x}", 16)
    high = [info.get(c, 0) | 0x200 if c in info else 0 for c in range(0x1E80, 0x1F00)]
    array("const uint16_t bon_letters_high[0x80]", high, "{:#05x}", 16)

    print("const uint16_t bon_glyphs[32][2][BON_TONES] = {")
    for number, letter in enumerate(ALPHABET, 1):
        rows = []
        for upper in (0, 1):
            row = [next((c for c, v in info.items() if v == (number | t << 5 | upper << 8)), 0) for t in range(6)]
            rows.append("{" + ", ".join(f"{c:#06x}" for c in row) + "}")
        print(f"    [{number}] = {{{', '.join(rows)}}}, /* {letter} */")
    print("};")
    print("const uint8_t bon_plain_letter[32] = {")
    print("    " + ", ".join(f"[{n}] = {ALPHABET.index(plain(c)) + 1}" for n, c in enumerate(ALPHABET, 1)) + ",")
    print("};")

    print(f"const uint64_t bon_spelling_multiplier = {multiplier:#018x};")
    array(f"const uint16_t bon_spelling_shift[{1 << BUCKETS_LOG2}]", shift, "{:#05x}", 16)
    array(f"const uint64_t bon_spellings[{1 << SLOTS_LOG2}]", [entries[k] if k is not None else 0 for k in taken],
          "{:#018x}", 6)
    slot_of = [0xFFFF] * (len(ONSETS) * len(RHYMES))
    for slot, key in enumerate(taken):
        if key is not None:
            slot_of[entries[key] >> 42] = slot
    array("const uint16_t bon_spelling_slot[BON_ONSETS * BON_RHYMES]", slot_of, "{:#06x}", 15)

    groups = {}
    for word, base in words.items():
        groups.setdefault(pack(plain(word)), []).append(base)
    index, bases = [], []
    for key in sorted(groups):
        index.append(key << 24 | len(groups[key]) << 16 | len(bases))
        bases += sorted(groups[key])
    print(f"const unsigned bon_plain_count = {len(index)};")
    array(f"const uint64_t bon_plain_index[{len(index)}]", index, "{:#017x}", 6)
    array(f"const uint16_t bon_plain_bases[{len(bases)}]", bases, "{}", 18)


if __name__ == "__main__":
    main()
