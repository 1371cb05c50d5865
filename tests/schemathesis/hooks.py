"""What Schemathesis cannot know: a recording to send, and the names of what is there.

A path of which nothing is there answers 404 whatever the body says, so most requests are about what the
test has put there; the rest keep their invented names.
"""

import json
import os

import schemathesis
from hypothesis import strategies as st

KNOWN = json.loads(os.environ["CUPTEL_KNOWN"])

schemathesis.openapi.media_type("audio/wav", st.binary(max_size=2_000))



def is_ours(invented):
    """Whether a name of ours takes the place of an invented one; a seed tells all of it again."""
    return len(str(invented)) % 4 != 0


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if not path_parameters:
        return path_parameters
    thing = context.operation.path.removeprefix("/api/v1/").split("/")[0]
    for name, invented in path_parameters.items():
        known = KNOWN.get(thing if name == "id" else name)
        if known is not None and is_ours(invented):
            path_parameters[name] = known
    return path_parameters


def with_names(fields):
    """Texts that name something: what is refused for a wrong name is not looked at further."""
    if isinstance(fields, list):
        return [with_names(field) for field in fields]
    if not isinstance(fields, dict):
        return fields
    for name, invented in fields.items():
        if isinstance(invented, (dict, list)):
            fields[name] = with_names(invented)
        elif isinstance(invented, str) and name in KNOWN and is_ours(invented):
            fields[name] = KNOWN[name]
    return fields


@schemathesis.hook
def map_query(context, query):
    return with_names(query)


@schemathesis.hook
def map_body(context, body):
    return with_names(body)
