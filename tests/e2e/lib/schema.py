"""JSON Schema, as much of it as public/openapi.json uses; stricter in one
point: a key that is served must be described."""

import re

TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "integer": lambda v: type(v) is int,
    "number": lambda v: type(v) in (int, float),
}
KNOWN = {
    "$ref", "type", "properties", "required", "additionalProperties", "items",
    "enum", "const", "pattern", "format", "minimum", "maximum", "minLength",
    "oneOf", "description",
}
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z"


def resolve(document, ref):
    """What "#/a/b" points at."""
    if not ref.startswith("#/"):
        raise AssertionError(f"{ref}: not of this document")
    for name in ref[2:].split("/"):
        document = document[name]
    return document


def problems(document, schema, value, where="$"):
    """What is wrong with the value, in words."""
    if "$ref" in schema:
        return problems(document, resolve(document, schema["$ref"]), value,
                        where)
    unknown = set(schema) - KNOWN
    if unknown:
        raise AssertionError(f"{where}: words not checked: {unknown}")
    if "oneOf" in schema:
        fits = [problems(document, s, value, where) for s in schema["oneOf"]]
        return [] if fits.count([]) == 1 else \
            [f"{where}: fits {fits.count([])} of oneOf: {fits}"]
    found = list(_plain(schema, value, where))
    if found:
        return found
    if isinstance(value, dict) and schema.get("type") is not None:
        found += _object(document, schema, value, where)
    if isinstance(value, list) and "items" in schema:
        for n, item in enumerate(value):
            found += problems(document, schema["items"], item,
                              f"{where}[{n}]")
    return found


def _plain(schema, value, where):
    types = schema.get("type")
    types = [types] if isinstance(types, str) else types
    if types and not any(TYPES[t](value) for t in types):
        yield f"{where}: {value!r} is no {'/'.join(types)}"
        return
    if "const" in schema and (type(value) is not type(schema["const"]) or
                              value != schema["const"]):
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if value is None:
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where}: {value[:80]!r} does not match {schema['pattern']}"
    if schema.get("format") == "date-time" and not re.fullmatch(TIME, value):
        yield f"{where}: {value!r} is no time"
    if "minLength" in schema and len(value) < schema["minLength"]:
        yield f"{where}: {value!r} is too short"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{where}: {value} is below {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        yield f"{where}: {value} is above {schema['maximum']}"


def _object(document, schema, value, where):
    described = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"{where}: {name} is missing"
    for name, item in value.items():
        if name in described:
            yield from problems(document, described[name], item,
                                f"{where}.{name}")
        elif not schema.get("additionalProperties"):
            yield f"{where}: {name} is not described"
