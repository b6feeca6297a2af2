/* The kernels of the GPU's backend, run by the emulation: what is computed, and that no index leaves its array (with sanitizers).
 * tests/gpu/lm.c has more shapes. */
#include <criterion/criterion.h>

#include "gpu/lm_replay.h"

static void compare(bon_real real, const char *const *names, size_t size) {
    bon_device *gpu = NULL, *cpu = NULL;
    struct tally tally = {0};
    cr_assert_eq(emulate_open(&gpu, real), BON_OK);
    cr_assert_eq(bon_device_open(&cpu, NULL), BON_OK);
    for (size_t i = 0; i < TRIAL_COUNT; i++)
        for (const char *const *name = names; *name; name++)
            if (strcmp(*name, TRIALS[i].name) == 0) check_case(&tally, gpu, cpu, size, &TRIALS[i], real == BON_BF16);
    cr_expect_eq(tally.failed, 0);
    cr_expect_gt(tally.passed, 0);
    bon_device_close(cpu);
    bon_device_close(gpu);
}

Test(cuda, operations_give_what_the_cpu_gives) {
    static const char *const names[] = {"embedding",
                                        "embedding_bag",
                                        "linear_gelu",
                                        "rms_norm",
                                        "layer_norm",
                                        "rope_norm",
                                        "attention",
                                        "attention_both_ways",
                                        "attention_mixed",
                                        "swiglu",
                                        "mul_row",
                                        "softmax_masked",
                                        "cross_entropy_masked",
                                        "dropout",
                                        "sum",
                                        "cols",
                                        "rows",
                                        NULL};
    compare(BON_F32, names, 0);
}

Test(cuda, tiles_and_bf16_too) {
    static const char *const names[] = {"attention", "attention_mixed", "rope_norm", "cross_entropy_of_product", NULL};
    compare(BON_BF16, names, 1);
}

Test(cuda, tensor_cores_for_heads_of_64_and_128) {
    static const char *const names[] = {"attention", "attention_both_ways", "attention_mixed", NULL};
    compare(BON_BF16, names, 2);
    compare(BON_BF16, names, 3);
}

Test(cuda, what_is_replayed_is_what_is_launched) {
    for (int refuses = 0; refuses < 2; refuses++) {
        bon_device *gpu = NULL;
        struct tally tally = {0};
        cr_assert_eq(emulate_open(&gpu, BON_F32), BON_OK);
        struct emulation *e = gpu->gpu->self;
        e->refuses = refuses;
        check_replay(&tally, gpu, !refuses);
        cr_expect_eq(tally.passed, 1);
        cr_expect_eq(e->replays > 0, !refuses);
        cr_expect_eq(strstr(gpu->notice, "nothing is recorded") != NULL, refuses);
        bon_device_close(gpu);
    }
}

Test(cuda, says_what_it_does_not_compute) {
    bon_device *gpu = NULL;
    cr_expect_eq(emulate_open(&gpu, BON_F64), BON_ERR_ARGUMENT);
    cr_expect(strstr(bon_error_message(), "bf16"));
}
