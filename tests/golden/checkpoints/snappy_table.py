# SPDX-License-Identifier: Apache-2.0
"""Compresses the blocks of a table (LevelDB's, TensorFlow's .index) with Snappy: TensorFlow reads such, but writes none."""

CASTAGNOLI = 0x82F63B78
MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")


def crc32c(content):
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ CASTAGNOLI * (crc & 1)
    return crc ^ 0xFFFFFFFF


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + bytes([value]))


def read_varint(content, at):
    value = shift = 0
    while True:
        byte, at = content[at], at + 1
        value, shift = value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at


def snappy(content):
    """Literals, and copies of what stood up to 65,535 bytes before; they may overlap themselves."""
    out, literal, seen, at = bytearray(varint(len(content))), bytearray(), {}, 0

    def flush():
        for start in range(0, len(literal), 60):
            piece = literal[start:start + 60]
            out.extend(bytes([(len(piece) - 1) << 2]) + piece)
        literal.clear()

    while at < len(content):
        key, before = content[at:at + 4], seen.get(content[at:at + 4])
        seen[key] = at
        length = 4
        if before is None or len(key) < 4 or at - before > 65535:
            literal.append(content[at])
            at += 1
            continue
        while length < 64 and at + length < len(content) and content[before + length] == content[at + length]:
            length += 1
        flush()
        offset = at - before
        if length < 12 and offset < 2048:
            out.extend([1 | (length - 4) << 2 | offset >> 8 << 5, offset & 255])
        else:
            out.extend(bytes([2 | (length - 1) << 2]) + offset.to_bytes(2, "little"))
        at += length
    flush()
    return bytes(out)


def entries(block):
    """Keys and values of a block, whose keys leave out what they share with the one before."""
    end, at, key = len(block) - 4 * (1 + int.from_bytes(block[-4:], "little")), 0, b""
    while at < end:
        shared, at = read_varint(block, at)
        own, at = read_varint(block, at)
        size, at = read_varint(block, at)
        key = key[:shared] + block[at:at + own]
        yield key, block[at + own:at + own + size]
        at += own + size


def plain_block(pairs):
    out, restarts = bytearray(), []
    for key, value in pairs:
        restarts.append(len(out))
        out += varint(0) + varint(len(key)) + varint(len(value)) + key + value
    for restart in restarts or [0]:
        out += restart.to_bytes(4, "little")
    return bytes(out + max(1, len(restarts)).to_bytes(4, "little"))


def compress(path):
    table, out = path.read_bytes(), bytearray()
    assert table.endswith(MAGIC)

    def handle(content, at=0):
        offset, at = read_varint(content, at)
        size, at = read_varint(content, at)
        return table[offset:offset + size], at

    def put(block):
        packed = snappy(block)
        place = varint(len(out)) + varint(len(packed))
        crc = crc32c(packed + b"\1")
        out.extend(packed + b"\1" + ((crc >> 15 | crc << 17) + 0xA282EAD8 & 0xFFFFFFFF).to_bytes(4, "little"))
        return place

    footer = table[-48:]
    meta, at = handle(footer)
    index, _ = handle(footer, at)
    blocks = [(key, put(handle(value)[0])) for key, value in entries(index)]
    places = put(meta) + put(plain_block(blocks))
    path.write_bytes(out + places.ljust(40, b"\0") + MAGIC)
