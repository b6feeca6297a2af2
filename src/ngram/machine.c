/* src/ngram/machine.c: opening a device, and a list of its arrays, so that a failure anywhere leaves nothing behind. */
#include "ngram/machine.h"

#include <stdlib.h>

#include "base/buf.h"

struct bon_machine_block {
    void *array;
    uint64_t bytes;
};

/* Stands in for that of cuda/machine.cu, which a program built with CUDA is linked with. */
__attribute__((weak)) bon_status bon_machine_open_cuda(struct bon_machine *device, unsigned threads) {
    (void)device;
    (void)threads;
    return bon_fail(BON_ERR_ARGUMENT,
                    "this bon was built without CUDA: build one with 'make cuda' where there is nvcc, or leave "
                    "out the device to work on the CPU");
}

bon_status bon_machine_open(struct bon_machine *device, unsigned kind, unsigned threads) {
    *device = (struct bon_machine){0};
    if (kind == BON_LM_DEVICE_CUDA) return bon_machine_open_cuda(device, threads);
    if (kind == BON_LM_DEVICE_EMULATE) return bon_machine_open_emulation(device);
    return bon_fail(BON_ERR_ARGUMENT, "there is no device %u", kind);
}

void bon_machine_close(struct bon_machine *device) {
    for (size_t i = 0; i < device->block_count; i++) device->ops->release(device->self, device->blocks[i].array);
    free(device->blocks);
    if (device->ops) device->ops->close(device->self);
    *device = (struct bon_machine){0};
}

bon_status bon_machine_array(struct bon_machine *device, void *array, uint64_t count, size_t size) {
    void *none = NULL;
    memcpy(array, &none, sizeof none);
    if (count > UINT64_MAX / 2 / size)
        return bon_fail(BON_ERR_LIMIT, "an array of %llu elements", (unsigned long long)count);
    if (device->block_count == device->block_cap)
        BON_TRY(bon_grow_array(&device->blocks, &device->block_cap, device->block_count + 1, sizeof *device->blocks));
    uint64_t bytes = (count ? count : 1) * size;
    void *made = device->ops->alloc(device->self, bytes);
    if (!made) return BON_ERR_NOMEM;
    device->blocks[device->block_count++] = (struct bon_machine_block){made, bytes};
    device->taken += bytes;
    if (device->taken > device->peak) device->peak = device->taken;
    memcpy(array, &made, sizeof made);
    return BON_OK;
}

bon_status bon_machine_zeroed(struct bon_machine *device, void *array, uint64_t count, size_t size) {
    BON_TRY(bon_machine_array(device, array, count, size));
    void *made;
    memcpy(&made, array, sizeof made);
    return device->ops->zero(device->self, made, count * size);
}

bon_status bon_machine_copy(struct bon_machine *device, void *array, const void *from, uint64_t count, size_t size) {
    BON_TRY(bon_machine_array(device, array, count, size));
    void *made;
    memcpy(&made, array, sizeof made);
    return count ? device->ops->upload(device->self, made, from, count * size) : BON_OK;
}

void bon_machine_free(struct bon_machine *device, void *array) {
    void *old, *none = NULL;
    memcpy(&old, array, sizeof old);
    memcpy(array, &none, sizeof none);
    for (size_t i = 0; old && i < device->block_count; i++) {
        if (device->blocks[i].array != old) continue;
        device->ops->release(device->self, old);
        device->taken -= device->blocks[i].bytes;
        device->blocks[i] = device->blocks[--device->block_count];
        return;
    }
}

bon_status bon_machine_read(struct bon_machine *device, const uint32_t *array, uint64_t at, uint32_t *value) {
    return device->ops->download(device->self, value, array + at, sizeof *value);
}
