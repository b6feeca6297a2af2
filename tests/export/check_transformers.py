# check_transformers.py FOLDER LOGITS: transformers loads FOLDER and computes, in the folder's own type, the logits in LOGITS.
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

folder, path = sys.argv[1:]
wanted = load_file(path)
model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype="auto")
with torch.no_grad():
    got = model(wanted["ids"].long()[None]).logits[0].float()
error = ((got - wanted["logits"]).norm() / wanted["logits"].norm()).item()
most = 1e-4 if model.dtype == torch.float32 else 1e-2
print(f"{folder}: relative difference of logits {error:.1e}, at most {most:.0e}")
sys.exit(error > most)
