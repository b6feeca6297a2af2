# bench/gpu_lm_torch.py WINDOWS STEPS: how fast PyTorch trains GPT-2 124M on the first GPU, to stand beside bon's gpt2-124m: the same
# shapes, random tokens and AdamW, 32-bit weights and bf16 arithmetic (autocast), the model compiled by torch.compile and attention
# by scaled_dot_product_attention. Prints tokens a second, of the median step.
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional

LAYERS, HEADS, WIDTH, CONTEXT, VOCABULARY = 12, 12, 768, 1024, 50304
WARM = 5


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        windows, tokens, _ = x.shape
        heads = self.qkv(self.norm1(x)).view(windows, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(heads[0], heads[1], heads[2], is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(windows, tokens, WIDTH))
        return x + self.down(functional.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        for weights in self.parameters():
            if weights.dim() > 1:
                nn.init.normal_(weights, std=0.02)

    def forward(self, ids, targets):
        x = self.words(ids) + self.places.weight[: ids.shape[1]]
        for layer in self.layers:
            x = layer(x)
        logits = functional.linear(self.norm(x), self.words.weight)  # embeddings are the output layer, too
        return functional.cross_entropy(logits.view(-1, VOCABULARY), targets.view(-1))


def main():
    windows, steps = int(sys.argv[1]), int(sys.argv[2])
    torch.manual_seed(1)
    torch.set_float32_matmul_precision("high")
    model = Model().cuda()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0, fused=True)
    compiled = torch.compile(model)
    ids = torch.randint(VOCABULARY, (windows, CONTEXT)).pin_memory()
    seconds = []
    for step in range(-WARM, steps):
        torch.cuda.synchronize()
        began = time.perf_counter()
        batch = ids.cuda(non_blocking=True)
        with torch.autocast("cuda", dtype=torch.bfloat16):
            loss = compiled(batch, batch)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()
        torch.cuda.synchronize()
        if step >= 0:
            seconds.append(time.perf_counter() - began)
    print(f"{windows * CONTEXT / statistics.median(seconds):.0f}")


main()
