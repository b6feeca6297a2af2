// tests/export/check_gguf.mjs LIBRARY MODEL.GGUF PROMPTS IDS: llama.cpp, by node-llama-cpp, loads the model and goes on with every
// line of PROMPTS by the likeliest tokens: the ids in the same line of IDS. It encodes the prompts itself. Without IDS it only
// has to load and go on.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [library, modelPath, promptsPath, idsPath] = process.argv.slice(2);
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(library).href);
const lines = (path) => readFileSync(path, "utf8").split("\n").slice(0, -1);
const prompts = lines(promptsPath);
const wanted = idsPath ? lines(idsPath) : [];

const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 64, threads: 1 });
const sequence = context.getSequence();
let wrong = 0;
for (const [i, prompt] of prompts.entries()) {
    await sequence.clearHistory();
    const ids = [];
    const text = [model.tokens.eos, ...model.tokenize(prompt)]; // a text begins with what ends the one before
    for await (const id of sequence.evaluate(text, { temperature: 0 })) {
        if (id === model.tokens.eos || ids.push(id) === 32) break;
    }
    if (ids.length > 0 && (!idsPath || ids.join(" ") === wanted[i])) continue;
    if (++wrong <= 5) console.error(`${prompt}\n  llama.cpp ${ids.join(" ")}\n  bon       ${wanted[i]}`);
}
if (idsPath && wanted.length !== prompts.length) wrong++;
console.log(`${prompts.length} prompts, ${wrong} gone on with differently`);
process.exit(wrong ? 1 : 0);
