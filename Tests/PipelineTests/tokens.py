"""A tokenizer of another program, written from shards/FORMAT.md alone.

tokens.py FOLDER OUT reads the pixels that `sluice shards views` wrote into FOLDER and writes into OUT a table of tokens for
each file of them: the mean brightness of each cell of 8 pixels, in 64 steps.
"""
import csv, json, os, sys
import numpy as np

KINDS = {"U8": np.uint8, "U16": np.uint16}


def read(path):
    with open(path, "rb") as file:
        head = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    about = head.pop("__metadata__")
    tensors = {}
    for name, entry in head.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], KINDS[entry["dtype"]]).reshape(entry["shape"])
    return tensors, about


def write(path, tokens, about):
    head = {"__metadata__": about,
            "tokens": {"dtype": "U16", "shape": list(tokens.shape), "data_offsets": [0, tokens.nbytes]}}
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + tokens.astype("<u2").tobytes())


folder, out = sys.argv[1:]
with open(os.path.join(folder, "views.csv"), newline="") as file:
    rows = list(csv.DictReader(file))
os.makedirs(out, exist_ok=True)
count = 0
for name in sorted({row["file"] for row in rows}):
    tensors, about = read(os.path.join(folder, name))
    pixels = tensors["pixels"]
    views, frames, height, width, _ = pixels.shape
    assert int(about["first"]) == count and rows[count]["file"] == name and rows[count]["row"] == "0"
    cells = pixels.reshape(views, frames, height // 8, 8, width // 8, 8, 3)
    tokens = (cells.mean((3, 5, 6)) // 4).astype(np.uint16)
    write(os.path.join(out, name), tokens, {**about, "tokenizer": "brightness", "vocabulary": "64"})
    count += views
assert count == len(rows)
print(count, "views of", len({row["path"] for row in rows}), "clips")
