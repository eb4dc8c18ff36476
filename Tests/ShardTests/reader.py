"""An independent reader of Sluice's frame shards, written from shards/FORMAT.md alone.

reader.py DIR OUT checks a set and writes OUT/CLIP.raw (the planes of every frame, packed) and OUT/clips.json.
"""
import json, os, struct, sys, zlib
import numpy as np
import zstandard


def skippable(data, offset, magic, name):
    found, size = struct.unpack_from("<II", data, offset)
    end = offset + 8 + size
    assert found == magic and data[offset + 8:offset + 16] == name, f"no {name} at {offset}"
    assert zlib.crc32(data[offset:end - 4]) == struct.unpack_from("<I", data, end - 4)[0], f"CRC of {name}"
    return data[offset + 8:end - 4], end


def unpack(stream, count, escapes):
    pairs = np.frombuffer(stream, np.uint8)
    four = np.stack([pairs & 15, pairs >> 4], 1).ravel()[:count].astype(np.int16)
    values, other = ((four ^ 8) - 8).astype(np.uint8), np.flatnonzero(four == 8)
    values[other] = np.frombuffer(escapes[:len(other)], np.uint8)
    return values, escapes[len(other):]


def join(streams, limits, left_out, rows, columns):
    """Takes one plane's residuals from the streams (pairs of array and position) and undoes the prediction."""
    plane = np.zeros((rows + 1, columns), np.uint8)
    above = np.zeros(columns + 4, np.int32)
    for y in range(rows):
        activity = np.minimum(255, sum(above[d:d + columns] for d in range(5)))
        classes = sum((activity > limit).astype(np.int32) for limit in limits)
        row = np.zeros(columns, np.uint8)
        for k, stream in enumerate(streams):
            where = classes == k
            row[where] = stream[0][stream[1]:stream[1] + where.sum()]
            stream[1] += where.sum()
        above[2:-2] = np.abs(row.astype(np.int8).astype(np.int32))
        row = row if left_out & 1 else np.cumsum(row, dtype=np.uint8)
        plane[y + 1] = row if left_out & 2 else plane[y] + row
    return plane[1:]


def decode(chunk, layout, w, h, step):
    content = zstandard.ZstdDecompressor().decompress(chunk)
    cw = (w + 1) // 2 if layout in (0, 1) else w
    ch = (h + 1) // 2 if layout == 0 else h
    groups = [(1, h, w)] if layout == 3 else [(1, h, w), (2, ch, cw)]
    heads = [struct.unpack_from("<4B4I", content, 20 * i) for i in range(len(groups))]
    position, raw = 20 * len(groups), []
    for head in heads:
        for k, n in enumerate(head[4:]):
            size = (n + 1) // 2 if head[3] >> k & 1 else n
            raw.append(content[position:position + size])
            position += size
    escapes, planes = content[position:], []
    for i, (head, (count, rows, columns)) in enumerate(zip(heads, groups)):
        assert sum(head[4:]) == count * rows * columns
        streams = []
        for k in range(4):
            values = np.frombuffer(raw[4 * i + k], np.uint8)
            if head[3] >> k & 1:
                values, escapes = unpack(raw[4 * i + k], head[4 + k], escapes)
            streams.append([values, 0])
        planes += [join(streams, head[:3], head[3] >> 4, rows, columns) for _ in range(count)]
        assert all(at == len(values) for values, at in streams)
    assert len(escapes) == 0
    if layout == 4:
        green, red, blue = planes
        planes = [np.stack([red + green, green, blue + green], 2)]
    return b"".join((plane * np.uint8(step)).tobytes() for plane in planes)


def main(directory, out):
    clips = []
    for name in sorted(n for n in os.listdir(directory) if n.endswith(".zst")):
        data = open(os.path.join(directory, name), "rb").read()
        head, _ = skippable(data, 0, 0x184D2A50, b"SLUICESH")
        assert head[8:10] == b"\1\0" and data[-12:-4] == b"SLUICEND"
        footer, _ = skippable(data, len(data) - struct.unpack_from("<I", data, len(data) - 16)[0], 0x184D2A52, b"SLUICEFT")
        _, count, frames, _, _ = struct.unpack_from("<IIQII", footer, 8)
        table = 32 + 16 * count
        for i in range(count):
            record, _ = skippable(data, struct.unpack_from("<Q", footer, 32 + 16 * i)[0], 0x184D2A51, b"SLUICECL")
            number, w, h, layout, matrix, range_, step, rate, n, text = struct.unpack_from("<III4BdII", record, 8)
            assert number == i and record[40 + text:] == footer[table:table + 24 * n]
            chunks = list(struct.iter_unpack("<QIId", footer[table:table + 24 * n]))
            table += 24 * n
            with open(os.path.join(out, f"{len(clips)}.raw"), "wb") as raw:
                for offset, size, crc, _ in chunks:
                    assert zlib.crc32(data[offset:offset + size]) == crc
                    raw.write(decode(data[offset:offset + size], layout, w, h, step))
            clips.append({"description": json.loads(record[40:40 + text]), "width": w, "height": h, "frames": n,
                          "layout": layout, "matrix": matrix, "range": range_, "rate": rate, "times": [c[3] for c in chunks]})
    json.dump(clips, open(os.path.join(out, "clips.json"), "w"))


main(sys.argv[1], sys.argv[2])
