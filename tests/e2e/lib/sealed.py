"""Opens what pairdesk has sealed, with its master key and libsodium, by the
format told at the top of core/store/seal.c: a second reading of it, and the
way to know the very keys that must not be seen anywhere else."""

import ctypes
import hashlib
import os
import shutil
import sqlite3
import struct

LABEL = b"pairdesk company key 1"
VERSION = 1
NONCE, TAG = 24, 16


def master_key(desk):
    """32 bytes, or 64 hex digits."""
    with open(os.path.join(desk.state, "master.key"), "rb") as f:
        data = f.read()
    return data if len(data) == 32 else bytes.fromhex(data.decode().strip())


def company_key(master, company):
    name = company.encode()
    return hashlib.blake2b(LABEL + struct.pack(">H", len(name)) + name,
                           key=master, digest_size=32).digest()


def open_value(key, company, table, name, sealed):
    """The value, or None when it does not open."""
    if len(sealed) < 1 + NONCE + TAG or sealed[0] != VERSION:
        return None
    ad = bytes([VERSION]) + b"".join(
        struct.pack(">H", len(x)) + x
        for x in (company.encode(), table.encode(), name))
    nonce, body = sealed[1:1 + NONCE], sealed[1 + NONCE:]
    out = ctypes.create_string_buffer(max(1, len(body) - TAG))
    sodium = ctypes.CDLL("libsodium.so.23")
    code = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
        out, None, None, body, ctypes.c_ulonglong(len(body)),
        ad, ctypes.c_ulonglong(len(ad)), nonce, key)
    return out.raw[:len(body) - TAG] if code == 0 else None


def records(desk, company="acme"):
    """{(table, key): value} of a company; the process must have ended."""
    key = company_key(master_key(desk), company)
    copy = desk.t.path("opened")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(desk.company_dir(company), copy)
    name = os.path.basename(desk.database(company))
    with sqlite3.connect(os.path.join(copy, name)) as db:
        rows = db.execute("select tbl, key, value from record").fetchall()
    db.close()
    found = {}
    for table, name, sealed in rows:
        name = name.encode() if isinstance(name, str) else name
        found[table, name] = open_value(key, company, table, name, sealed)
    return found
