// tests/export/check_tokenizer.mjs TOKENIZERS.MJS TOKENIZER.JSON TEXT IDS: @huggingface/tokenizers, a client of tokenizer.json
// that shares no code with bon, encodes every line of TEXT to the ids in the same line of IDS, and decodes them back.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [library, model, textPath, idsPath] = process.argv.slice(2);
const { Tokenizer } = await import(pathToFileURL(library).href);
const tokenizer = new Tokenizer(JSON.parse(readFileSync(model, "utf8")), {});
const lines = (path) => readFileSync(path, "utf8").split("\n").slice(0, -1);
const text = lines(textPath);
const wanted = lines(idsPath);

let wrong = 0;
text.forEach((line, i) => {
    const ids = tokenizer.encode(line, { add_special_tokens: false }).ids.join(" ");
    const back = ids === "" ? "" : tokenizer.decode(ids.split(" ").map(Number), { clean_up_tokenization_spaces: false });
    if (ids === wanted[i] && back === line) return;
    if (++wrong <= 5) console.error(`line ${i + 1}: ${line}\n  client ${ids}\n  bon    ${wanted[i]}\n  back   ${back}`);
});
if (text.length !== wanted.length) {
    console.error(`${text.length} lines of text, ${wanted.length} of ids`);
    wrong++;
}
console.log(`${text.length} lines, ${wrong} encoded differently`);
process.exit(wrong ? 1 : 0);
