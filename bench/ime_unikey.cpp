/* bench/ime_unikey.cpp: the same replay as bench/ime.c through the unikey engine (fcitx5-unikey), telex with its spelling
 * check on, and with "restore" given back what is no Vietnamese. Reads lines of keys, prints keys TAB nanoseconds a key
 * (processor time, the median pass). Linked with unikey's own sources; nothing of them is here. */
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <iostream>
#include <string>
#include <vector>

#include "ukengine.h"

static double seconds() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

int main(int argc, char **argv) {
    static UkSharedMem shared;
    static UkEngine engine;
    const int passes = 15;
    SetupUnikeyEngine();
    shared.input.init();
    shared.macStore.init();
    shared.vietKey = true;
    shared.usrKeyMapLoaded = false;
    shared.input.setIM(UkTelex);
    shared.charsetId = CONV_CHARSET_XUTF8;
    std::memset(&shared.options, 0, sizeof shared.options);
    shared.options.freeMarking = 1;
    shared.options.spellCheckEnabled = 1;
    shared.options.autoNonVnRestore = argc > 1 && std::strcmp(argv[1], "restore") == 0;
    engine.setCtrlInfo(&shared);
    engine.setCheckKbCaseFunc([](int *shift, int *lock) { *shift = *lock = 0; });

    std::vector<std::string> lines;
    for (std::string line; std::getline(std::cin, line);) lines.push_back(line);
    std::vector<double> times;
    size_t keys = 0;
    for (int pass = 0; pass < passes; pass++) {
        double start = seconds();
        keys = 0;
        for (const std::string &line : lines) {
            unsigned char text[1024];
            int backs, size;
            UkOutputType type;
            engine.reset();
            for (unsigned char key : line) {
                size = sizeof text;
                engine.process(key, backs, text, size, type);
            }
            keys += line.size() + 1;
        }
        times.push_back(seconds() - start);
    }
    std::nth_element(times.begin(), times.begin() + passes / 2, times.end());
    std::printf("%zu\t%.1f\n", keys, times[passes / 2] * 1e9 / double(keys));
}
