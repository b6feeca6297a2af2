// bench/normalize_icu.cpp: libbon and ICU's C++ normalizeUTF8 on one text, in one process, one core.
//
//   normalize_icu FILE     prints: bon_mb_per_cpu_s TAB icu_mb_per_cpu_s TAB ratio     (medians of 5, in turn)
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

int main(int argc, char **argv) {
    std::FILE *file = argc == 2 ? std::fopen(argv[1], "rb") : nullptr;
    if (!file) return std::fprintf(stderr, "usage: normalize_icu FILE\n"), 2;
    std::string text;
    std::vector<char> block(1 << 20);
    for (size_t n; (n = std::fread(block.data(), 1, block.size(), file)) > 0;) text.append(block.data(), n);
    std::fclose(file);

    UErrorCode error = U_ZERO_ERROR;
    const icu::Normalizer2 *nfc = icu::Normalizer2::getNFCInstance(error);
    bon_normalizer *nz = nullptr;
    if (U_FAILURE(error) || bon_normalizer_open(&nz, nullptr) != BON_OK) return 1;
    auto chunks = chunks_of_lines(text);
    bon_buf out = {};
    std::string icu_out;
    std::vector<double> bon_times, icu_times;
    for (int i = 0; i < 5; i++) {
        double t0 = cpu_seconds();
        if (!by_bon(nz, chunks, &out)) return 1;
        double t1 = cpu_seconds();
        if (!by_icu(nfc, chunks, &icu_out)) return 1;
        double t2 = cpu_seconds();
        bon_times.push_back(t1 - t0);
        icu_times.push_back(t2 - t1);
    }
    std::sort(bon_times.begin(), bon_times.end());
    std::sort(icu_times.begin(), icu_times.end());
    double megabytes = static_cast<double>(text.size()) / 1e6;
    std::printf("%.0f\t%.0f\t%.2f\n", megabytes / bon_times[2], megabytes / icu_times[2], icu_times[2] / bon_times[2]);
    bon_buf_free(&out);
    bon_normalizer_close(nz);
    return 0;
}
