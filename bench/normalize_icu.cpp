// bench/normalize_icu.cpp: libbon and ICU's C++ normalizeUTF8 on one text, in one process, one core.
//
//   normalize_icu NAME FILE     prints a row for each thing that bon can scan with, the last what it takes by itself here:
//                               NAME bytes scan bon_mb_per_cpu_s icu_mb_per_cpu_s ratio     (medians of 5, in turn)
//
// Both get the text in chunks of whole lines of about 256 KiB, as the command does, and write to memory.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include "bon/normalize.h"

extern "C" const char *use_masks(bon_normalizer *nz, unsigned i);

static double cpu_seconds() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

static std::vector<std::string_view> chunks_of_lines(const std::string &text) {
    std::vector<std::string_view> chunks;
    for (size_t at = 0, end; at < text.size(); at = end) {
        end = text.find('\n', std::min(text.size(), at + (256 << 10)));
        end = end == std::string::npos ? text.size() : end + 1;
        chunks.emplace_back(text.data() + at, end - at);
    }
    return chunks;
}

static bool by_bon(const bon_normalizer *nz, const std::vector<std::string_view> &chunks, bon_buf *out) {
    for (auto chunk : chunks) {
        out->len = 0;
        if (bon_normalize(nz, chunk.data(), chunk.size(), out) != BON_OK) return false;
    }
    return true;
}

static bool by_icu(const icu::Normalizer2 *nfc, const std::vector<std::string_view> &chunks, std::string *out) {
    for (auto chunk : chunks) {
        UErrorCode error = U_ZERO_ERROR;
        out->clear();
        icu::StringByteSink<std::string> sink(out);
        nfc->normalizeUTF8(0, icu::StringPiece(chunk.data(), static_cast<int32_t>(chunk.size())), sink, nullptr, error);
        if (U_FAILURE(error)) return false;
    }
    return true;
}

// Medians of 5, in turn; false on failure.
static bool measure(const bon_normalizer *nz, const icu::Normalizer2 *nfc, const std::vector<std::string_view> &chunks,
                    double *bon_time, double *icu_time) {
    bon_buf out = {};
    std::string icu_out;
    std::vector<double> bon_times, icu_times;
    bool done = true;
    for (int i = 0; i < 5 && done; i++) {
        double t0 = cpu_seconds();
        done = by_bon(nz, chunks, &out);
        double t1 = cpu_seconds();
        done = done && by_icu(nfc, chunks, &icu_out);
        bon_times.push_back(t1 - t0);
        icu_times.push_back(cpu_seconds() - t1);
    }
    bon_buf_free(&out);
    std::sort(bon_times.begin(), bon_times.end());
    std::sort(icu_times.begin(), icu_times.end());
    *bon_time = bon_times[bon_times.size() / 2];
    *icu_time = icu_times[icu_times.size() / 2];
    return done;
}

int main(int argc, char **argv) {
    std::FILE *file = argc == 3 ? std::fopen(argv[2], "rb") : nullptr;
    if (!file) return std::fprintf(stderr, "usage: normalize_icu NAME FILE\n"), 2;
    std::string text;
    std::vector<char> block(1 << 20);
    for (size_t n; (n = std::fread(block.data(), 1, block.size(), file)) > 0;) text.append(block.data(), n);
    std::fclose(file);

    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2 *nfc = icu::Normalizer2::getNFCInstance(error);
    bon_normalizer *nz = nullptr;
    if (U_FAILURE(error) || bon_normalizer_open(&nz, nullptr) != BON_OK) return 1;
    auto chunks = chunks_of_lines(text);
    double megabytes = static_cast<double>(text.size()) / 1e6, bon_time, icu_time;
    unsigned i = 0;
    for (const char *scan; (scan = use_masks(nz, i)) != nullptr; i++) {
        if (!measure(nz, nfc, chunks, &bon_time, &icu_time)) return 1;
        std::printf("%s\t%zu\t%s\t%.0f\t%.0f\t%.2f\n", argv[1], text.size(), scan, megabytes / bon_time,
                    megabytes / icu_time, icu_time / bon_time);
    }
    bon_normalizer_close(nz);
    return 0;
}
