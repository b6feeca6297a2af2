/* src/lm/cuda/link.c: what stands in for NCCL where a program is linked without nccl.cu: nothing is known of it. */
#include "lm/cuda/link.h"

__attribute__((weak)) bool bon_link_known(void) { return false; }

__attribute__((weak)) bon_status bon_link_name(char name[BON_LINK_NAME]) {
    (void)name;
    return bon_fail(BON_ERR_ARGUMENT, "this bon was built without NCCL");
}

__attribute__((weak)) bon_status bon_link_open(struct bon_link **out, const char name[BON_LINK_NAME], unsigned rank,
                                               unsigned count) {
    (void)out, (void)name, (void)rank, (void)count;
    return bon_fail(BON_ERR_ARGUMENT, "this bon was built without NCCL");
}

__attribute__((weak)) bon_status bon_link_sum(struct bon_link *link, void *vector, size_t n) {
    (void)link, (void)vector, (void)n;
    return bon_fail(BON_ERR_ARGUMENT, "this bon was built without NCCL");
}

__attribute__((weak)) void bon_link_close(struct bon_link *link) { (void)link; }
