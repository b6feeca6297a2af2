/* tests/gpu/lm.c: does the GPU compute what the CPU computes? Every operation, forward and backward (lm_cases.h), in 32-bit floats
 * and in bf16; then a small transformer that learns one batch by heart. `--emulate` looks at the emulation in place of the GPU,
 * `--small` leaves out the large shapes, `--only TEXT` what has not TEXT in its name. One line a case; the last is `N passed, N failed`.
 */
#include "lm_replay.h"

#include "base/hash.h"

/* FNV-1a in place of base/hash.c, whose library a GPU's machine need not have: weights are drawn by it on both sides. */
uint64_t bon_hash64(const void *bytes, size_t n) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < n; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3;
    return hash;
}

/* ---- learning one batch by heart ---- */

enum { STEPS = 40, FEW_STEPS = 5, TOKENS = 70 };

static bon_status learn(bon_device *device, bon_architecture architecture, bon_optimizer_kind kind, unsigned recompute,
                        int steps, double losses[STEPS]) {
    const bon_transformer_config config = {.architecture = architecture,
                                           .layers = 2,
                                           .width = 32,
                                           .heads = {2, 1, 16},
                                           .hidden = 64,
                                           .vocabulary = 50,
                                           .context = 32,
                                           .theta = 10000,
                                           .epsilon = 1e-6f};
    bon_transformer_config used = config;
    if (architecture == BON_GPT2) used.heads.keys = 2;
    bon_params *params = NULL;
    bon_graph *graph = NULL;
    bon_optimizer *optimizer = NULL;
    bon_transformer model;
    int32_t ids[TOKENS], next[TOKENS], starts[TOKENS];
    for (size_t i = 0; i < TOKENS; i++) {
        ids[i] = (int32_t)(drawn(8, i) % used.vocabulary), next[i] = (int32_t)(drawn(8, i + 1) % used.vocabulary);
        starts[i] = i < 20 ? 0 : i < 44 ? 20 : 44; /* texts within the context */
    }
    bon_status status = bon_params_open(&params, device, 3);
    if (status == BON_OK) status = bon_graph_open(&graph, params);
    if (status != BON_OK) goto done;
    bon_transformer_build(&model, graph, &used, TOKENS);
    bon_tensor *targets = bon_input_ints(graph, TOKENS, 1, -1, (int32_t)used.vocabulary);
    bon_tensor *loss = bon_cross_entropy(model.logits, targets, NULL);
    bon_graph_recompute(graph, recompute);
    status = bon_graph_plan(graph, loss);
    if (status == BON_OK)
        status = bon_optimizer_open(&optimizer, params, &(bon_optimizer_options){.kind = kind, .weight_decay = 0.1});
    for (int step = 0; status == BON_OK && step < steps; step++) {
        status = bon_transformer_set(&model, &used, ids, starts);
        if (status == BON_OK) status = bon_tensor_set_ints(targets, next);
        if (status == BON_OK) status = bon_graph_forward(graph);
        if (status == BON_OK) status = bon_tensor_get_double(loss, &losses[step]);
        if (status == BON_OK) status = bon_graph_backward(graph, false);
        if (status == BON_OK) status = bon_optimizer_step(optimizer, 0.01, 1);
    }
done:
    bon_optimizer_close(optimizer);
    bon_graph_close(graph);
    if (params) bon_params_close(params);
    return status;
}

static void check_learning(struct tally *tally, bon_device *gpu, bon_device *cpu, bool narrow, int steps) {
    static const struct {
        const char *name;
        bon_architecture architecture;
        bon_optimizer_kind kind;
        unsigned recompute;
    } runs[] = {{"qwen3, AdamW", BON_QWEN3, BON_ADAMW, 0},
                {"qwen3, Muon, recomputed", BON_QWEN3, BON_MUON, 2},
                {"gpt2, SGD", BON_GPT2, BON_SGD, 0},
                {"gpt2, AdamW", BON_GPT2, BON_ADAMW, 1}};
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        double a[STEPS] = {0}, b[STEPS] = {0};
        bon_status status = learn(gpu, runs[i].architecture, runs[i].kind, runs[i].recompute, steps, a);
        if (status == BON_OK) status = learn(cpu, runs[i].architecture, runs[i].kind, runs[i].recompute, steps, b);
        const double difference = apart(a, b, (size_t)steps);
        const bool fell = steps < STEPS || runs[i].kind == BON_SGD ? a[steps - 1] < a[0] : a[steps - 1] < 0.7 * a[0];
        const bool ok = status == BON_OK && difference < (narrow ? 5e-2 : 1e-3) && fell;
        printf("%-5s learning by heart, %s, %s: loss %.4f to %.4f (CPU %.4f), apart %.1e%s%s\n", ok ? "ok" : "FAIL",
               runs[i].name, narrow ? "bf16" : "f32", a[0], a[steps - 1], b[steps - 1], difference,
               status == BON_OK ? "" : ": ", status == BON_OK ? "" : bon_error_message());
        *(ok ? &tally->passed : &tally->failed) += 1;
    }
}

int main(int argc, char **argv) {
    bool emulate = false, small = false;
    const char *only = "";
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--emulate") == 0) emulate = true;
        if (strcmp(argv[i], "--small") == 0) small = true;
        if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) only = argv[++i];
    }
    struct tally tally = {0};
    for (int narrow = 0; narrow < 2; narrow++) {
        bon_device *gpu = NULL, *cpu = NULL;
        const bon_real real = narrow ? BON_BF16 : BON_F32;
        bon_status status = emulate ? emulate_open(&gpu, real)
                                    : bon_device_open(&gpu, &(bon_device_options){.kind = "cuda", .real = real});
        if (status == BON_OK) status = bon_device_open(&cpu, &(bon_device_options){.real = BON_F32});
        if (status != BON_OK) {
            printf("FAIL  %s\n", bon_error_message());
            tally.failed++;
            bon_device_close(gpu);
            break;
        }
        printf("%s\n", bon_device_name(gpu));
        for (size_t size = 0; size < (size_t)(small ? SMALL_SIZES - narrow : ALL_SIZES); size++)
            for (size_t i = 0; i < TRIAL_COUNT; i++)
                if (strstr(TRIALS[i].name, only)) check_case(&tally, gpu, cpu, size, &TRIALS[i], narrow);
        if (strstr("learning", only)) check_learning(&tally, gpu, cpu, narrow, small ? FEW_STEPS : STEPS);
        if (strstr("replay", only)) check_replay(&tally, gpu, !getenv("GPU_STANDIN_CAPTURE"));
        bon_device_close(cpu);
        bon_device_close(gpu);
    }
    printf("%d passed, %d failed\n", tally.passed, tally.failed);
    return tally.failed > 0;
}
