# check_formulas.py FOLDER LOGITS: the logits in LOGITS, from the files of FOLDER by the formulas of Hugging Face's Qwen3 and GPT-2
# models, written down once more in numpy, in the folder's own type: in bf16 the result of every operation is rounded. For where
# transformers itself cannot be had.
import json
import sys

import numpy as np


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    size = int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        first, end = entry["data_offsets"]
        raw = data[8 + size + first : 8 + size + end]
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            values = np.frombuffer(raw, "<f4")
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def to_bf16(x):  # the nearest, ties to even
    bits = np.asarray(x, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16 << 16).astype(np.uint32).view(np.float32)


def attend(queries, keys, values, rounded):  # heads, tokens, values of a head
    tokens, dim = queries.shape[1:]
    scores = queries @ keys.transpose(0, 2, 1) / np.sqrt(dim) + np.triu(np.full((tokens, tokens), -np.inf), 1)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = rounded(rounded(weights / weights.sum(-1, keepdims=True)) @ values)
    return mixed.transpose(1, 0, 2).reshape(tokens, -1)


def qwen3(c, w, ids, rounded):
    heads, kv_heads, dim = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
    angles = np.outer(np.arange(len(ids)), c["rope_theta"] ** -(np.arange(0, dim, 2) / dim))
    cos, sin = (rounded(np.tile(f(angles), 2)) for f in (np.cos, np.sin))

    def norm(x, name):
        return rounded(w[name] * rounded(x / np.sqrt((x * x).mean(-1, keepdims=True) + c["rms_norm_eps"])))

    def rotate(x):
        half = np.concatenate([-x[..., dim // 2 :], x[..., : dim // 2]], -1)
        return rounded(rounded(x * cos) + rounded(half * sin))

    def linear(x, name):
        return rounded(x @ w[name + ".weight"].T)

    x = w["model.embed_tokens.weight"][ids]
    for i in range(c["num_hidden_layers"]):
        layer = f"model.layers.{i}."
        h = norm(x, layer + "input_layernorm.weight")
        q, k, v = (linear(h, layer + f"self_attn.{n}_proj").reshape(len(ids), -1, dim) for n in "qkv")
        q = rotate(norm(q, layer + "self_attn.q_norm.weight").transpose(1, 0, 2))
        k = rotate(norm(k, layer + "self_attn.k_norm.weight").transpose(1, 0, 2))
        k, v = (np.repeat(a, heads // kv_heads, 0) for a in (k, v.transpose(1, 0, 2)))
        x = rounded(x + linear(attend(q, k, v, rounded), layer + "self_attn.o_proj"))
        h = norm(x, layer + "post_attention_layernorm.weight")
        gate, up = linear(h, layer + "mlp.gate_proj"), linear(h, layer + "mlp.up_proj")
        x = rounded(x + linear(rounded(rounded(gate / (1 + np.exp(-gate))) * up), layer + "mlp.down_proj"))
    return rounded(norm(x, "model.norm.weight") @ w["model.embed_tokens.weight"].T)


def gpt2(c, w, ids, rounded):
    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + c["layer_norm_epsilon"])
        return rounded(x * w[name + ".weight"] + w[name + ".bias"])

    def linear(x, name):  # these lie on their side
        return rounded(x @ w[name + ".weight"] + w[name + ".bias"])

    x = rounded(w["transformer.wte.weight"][ids] + w["transformer.wpe.weight"][: len(ids)])
    for i in range(c["n_layer"]):
        layer = f"transformer.h.{i}."
        parts = np.split(linear(norm(x, layer + "ln_1"), layer + "attn.c_attn"), 3, -1)
        q, k, v = (part.reshape(len(ids), c["n_head"], -1).transpose(1, 0, 2) for part in parts)
        x = rounded(x + linear(attend(q, k, v, rounded), layer + "attn.c_proj"))
        h = linear(norm(x, layer + "ln_2"), layer + "mlp.c_fc")
        h = rounded(h / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (h + 0.044715 * h**3))))
        x = rounded(x + linear(h, layer + "mlp.c_proj"))
    return rounded(norm(x, "transformer.ln_f") @ w["transformer.wte.weight"].T)


folder, path = sys.argv[1:]
with open(folder + "/config.json") as file:
    config = json.load(file)
narrow = config["torch_dtype"] == "bfloat16"
wanted = read_safetensors(path)
model = {"qwen3": qwen3, "gpt2": gpt2}[config["model_type"]]
weights = read_safetensors(folder + "/model.safetensors")
got = model(config, weights, wanted["ids"].astype(int), to_bf16 if narrow else np.asarray)
error = np.linalg.norm(got - wanted["logits"]) / np.linalg.norm(wanted["logits"])
most = 1e-2 if narrow else 1e-4
print(f"{folder}: relative difference of logits {error:.1e}, at most {most:.0e}")
sys.exit(not error <= most)
