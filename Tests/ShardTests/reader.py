"""An independent reader of Sluice's frame shards, written from shards/FORMAT.md alone.

reader.py DIR OUT: checks a set and writes OUT/CLIP.raw (every frame's planes, packed) and OUT/clips.json.
"""
import json, os, struct, sys, zlib
import numpy as np
import zstandard

LAYOUTS = ["yuv420", "yuv422", "yuv444", "gray", "rgb"]


def skippable(data, offset, magic):
    found, size = struct.unpack_from("<II", data, offset)
    assert found == magic, f"magic {found:#x} at {offset}, {magic:#x} wanted"
    end = offset + 8 + size
    assert zlib.crc32(data[offset:end - 4]) == struct.unpack_from("<I", data, end - 4)[0], f"CRC of {magic:#x}"
    return data[offset + 8:end - 4], end


def chunk_entries(data, offset, count):
    return [struct.unpack_from("<QIId", data, offset + 24 * i) for i in range(count)]


def groups_of(layout, w, h):
    cw = w if layout in ("yuv444", "rgb") else (w + 1) // 2
    ch = (h + 1) // 2 if layout == "yuv420" else h
    return [(1, h, w)] if layout == "gray" else [(1, h, w), (2, ch, cw)]


def unpack(stream, count, escapes):
    pairs = np.frombuffer(stream, np.uint8)
    four = np.stack([pairs & 15, pairs >> 4], 1).ravel()[:count].astype(np.int16)
    values = ((four ^ 8) - 8).astype(np.uint8)
    other = np.flatnonzero(four == 8)
    values[other] = np.frombuffer(escapes[:len(other)], np.uint8)
    return values, escapes[len(other):]


def join(streams, limits, rows, columns):
    """Takes one plane's residuals from the streams (lists of array and position) and undoes the prediction."""
    plane = np.zeros((rows + 1, columns), np.uint8)
    above = np.zeros(columns + 4, np.int32)
    for y in range(rows):
        activity = np.minimum(255, sum(above[d:d + columns] for d in range(5)))
        classes = sum((activity > limit).astype(np.int32) for limit in limits)
        row = np.zeros(columns, np.uint8)
        for k, stream in enumerate(streams):
            where = classes == k
            n = int(where.sum())
            row[where] = stream[0][stream[1]:stream[1] + n]
            stream[1] += n
        above[2:-2] = np.abs(row.astype(np.int8).astype(np.int32))
        plane[y + 1] = plane[y] + np.cumsum(row, dtype=np.uint8)
    return plane[1:]


def decode(chunk, layout, w, h, step):
    content = zstandard.ZstdDecompressor().decompress(chunk)
    groups = groups_of(layout, w, h)
    heads = [struct.unpack_from("<4B4I", content, 20 * i) for i in range(len(groups))]
    position = 20 * len(groups)
    raw = []
    for head in heads:
        sizes = [(n + 1) // 2 if head[3] >> k & 1 else n for k, n in enumerate(head[4:])]
        for size in sizes:
            raw.append(content[position:position + size])
            position += size
    escapes = content[position:]
    planes = []
    for i, (head, (count, rows, columns)) in enumerate(zip(heads, groups)):
        assert sum(head[4:]) == count * rows * columns
        streams = []
        for k in range(4):
            if head[3] >> k & 1:
                values, escapes = unpack(raw[4 * i + k], head[4 + k], escapes)
            else:
                values = np.frombuffer(raw[4 * i + k], np.uint8)
            streams.append([values, 0])
        planes += [join(streams, head[:3], rows, columns) for _ in range(count)]
        assert all(position == len(values) for values, position in streams)
    assert len(escapes) == 0
    if layout == "rgb":
        g, r, b = planes
        planes = [np.stack([r + g, g, b + g], 2)]
    return b"".join((p * np.uint8(step)).tobytes() for p in planes)


def main(directory, out):
    clips = []
    for name in sorted(n for n in os.listdir(directory) if n.endswith(".zst")):
        data = open(os.path.join(directory, name), "rb").read()
        head, _ = skippable(data, 0, 0x184D2A50)
        assert head[:8] == b"SLUICESH" and head[8:10] == b"\1\0"
        assert data[-12:-4] == b"SLUICEND"
        footer, end = skippable(data, len(data) - struct.unpack_from("<I", data, len(data) - 16)[0], 0x184D2A52)
        assert footer[:8] == b"SLUICEFT" and end == len(data)
        _, count, frames, _, _ = struct.unpack_from("<IIQII", footer, 8)
        table = chunk_entries(footer, 32 + 16 * count, frames)
        for i in range(count):
            record, _ = skippable(data, struct.unpack_from("<Q", footer, 32 + 16 * i)[0], 0x184D2A51)
            number, w, h, layout, matrix, range_, step, rate, n, text = struct.unpack_from("<III4BdII", record, 8)
            entries, table = table[:n], table[n:]
            assert record[:8] == b"SLUICECL" and number == i
            assert record[40 + text:] == b"".join(struct.pack("<QIId", *e) for e in entries)
            with open(os.path.join(out, f"{len(clips)}.raw"), "wb") as raw:
                for offset, size, crc, _ in entries:
                    assert zlib.crc32(data[offset:offset + size]) == crc
                    raw.write(decode(data[offset:offset + size], LAYOUTS[layout], w, h, step))
            clips.append({"description": json.loads(record[40:40 + text]), "width": w, "height": h, "frames": n,
                          "layout": layout, "matrix": matrix, "range": range_, "rate": rate,
                          "times": [e[3] for e in entries]})
    json.dump(clips, open(os.path.join(out, "clips.json"), "w"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
