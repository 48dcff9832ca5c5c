"""report_numbers.py REPORT.json: every number that a sentence of the full report says stands in a sheet, under a name.

Each sentence with a number in it must be one of those below, which name for each of its numbers, in their order, the sheet
and the column that has it. What stands in backquotes, in lines about runs and under "How to read this" is no figure.
"""
import json
import re
import sys

report = json.load(open(sys.argv[1]))


class Sheets(dict):
    def __missing__(self, name):
        raise KeyError(f"there is no sheet {name}")


sheets = Sheets((sheet["name"], sheet) for sheet in report["sheets"])


def column(name):
    """Numbers of "sheet.column", of whichever row; "sheet.column %" are percent."""
    name, _, unit = name.partition(" ")
    sheet, _, key = name.partition(".")
    if key not in [c["name"] for c in sheets[sheet]["columns"]] and not key.endswith(("_low", "_high")):
        raise KeyError(f"the sheet {sheet} has no column {key}")
    values = [row[key] for row in sheets[sheet]["rows"] if isinstance(row[key], (int, float))]
    return [100 * value for value in values] if unit == "%" else values


def rows(sheet, **having):
    """How many rows have these values."""
    return lambda: [sum(all(row[k] == v for k, v in having.items()) for row in sheets[sheet]["rows"])]


def product(sheet, a, b):
    return lambda: [row[a] * row[b] for row in sheets[sheet]["rows"]]


def exactly(value):
    return lambda: [value]


DECODE = ["decodes." + key for key in ("layers", "hidden", "ffn", "vocabulary", "ternary_weights", "embedding_weights",
                                       "head_weights", "seed", "p0")]
HISTORY = [rows("history_steps", kind="ALERT"), rows("history_steps", kind="suspected"),
           lambda: [len(sheets["series"]["rows"]) - rows("series", state="too few points")()[0]], rows("series"),
           rows("series", state="too few points")]
TIMED = lambda: [sum(row["median_ns"] is not None for row in sheets["shapes"]["rows"])]
NUMBER = r"(\d+(?:\.\d+)?)"

sentences = [
    ("WRONG: # of # results are not exact.", ["verdict.wrong", "verdict.results"]),
    ("MIXED: the runs are of # machines.~", ["runs.machine"]),
    ("# alerts, # suspected; judged # of # series: # too few points", HISTORY),
    ("Over time: # alerts, # suspected; judged # of # series: # too few points.", HISTORY),
    ("Bottleneck: ~, # % of the time of a token of ~; the whole loop runs at # % of what the measured limits allow, "
     "the nearer of which is ~.", ["breakdown.decode_share %", "loops.roof_share %"]),
    ("Blockers: # critical. The first: ~", [rows("blockers", severity="critical")]),
    ("Warnings: #. The first: ~", [rows("blockers", severity="low")]),
    ("What changed: of # cases that two of the runs timed, # slower and # faster by more than both intervals.~",
     ["changes.cases_of_two_runs", "changes.slower", "changes.faster"]),
    ("# runs on # machines, whose times do not compare", [rows("runs"), "runs.machine"]),
    ("Products: ~, timed in the same runs as the rest, on # problems: # to # GMAC/s.~",
     [rows("case_baselines"), "case_baselines.gmacs", "case_baselines.gmacs"]),
    ("~: # layers, hidden #, FFN #, vocabulary #: # ternary weights, # in the embedding, # in the head; seed #, P(0) #.",
     DECODE),
    ("# cases: # EXACT, # wrong.", ["counts.cases", "counts.exact", "counts.wrong"]),
    ("All # cases, kernel by kernel", ["counts.cases"]),
    ("~ never passes ~ within P(0) #..#: # times as fast at #, # at #",
     ["crossovers." + key for key in ("first_p0", "last_p0", "first_speedup", "first_p0", "last_speedup", "last_p0")]),
    ("Machine #: ~, # CPUs, ~.", ["runs.machine", "runs.cpus_allowed"]),
    ("~: keys and values take # bytes: # x # layers x # slots x # values, and # bytes of scales.",
     ["decodes.kv_bytes", exactly(2), "decodes.layers", "decodes.context", product("decodes", "kv_heads", "head_dim"),
      "decodes.kv_scale_bytes"]),
    ("Without the cache it takes # times as long; (n p + n (n - 1) / 2) / (p + n - 1) predicts #. The tokens are the same.",
     ["decodes.kv_ratio_measured", "decodes.kv_ratio_predicted"]),
    ("Allocations while tokens were decoded: #.", ["decodes.allocations"]),
    ("Of # problems that were timed, the largest:", [TIMED]),
    ("Run #, ~: ~ is the fastest, at # % of its limit, # (#..#) times as fast as ~.",
     ["findings.run", "findings.roof_share %", "findings.over_second", "findings.over_second_low",
      "findings.over_second_high"]),
]


def pattern(sentence):
    return re.compile("".join({"#": NUMBER, "~": ".*"}.get(part, re.escape(part)) for part in re.split("([#~])", sentence)))


def stands_in(text, values):
    decimals = len(text.split(".")[1]) if "." in text else 0
    return any(abs(round(value, decimals) - float(text)) < 10 ** -(decimals + 3) for value in values)


def has_number(sentence):
    return re.search(r"(?<![\w.:/=+-])\d+(?:\.\d+)?(?![\w:/=]|\.\d)", re.sub("`[^`]*`", "", sentence))


failures, used = [], set()
for sentence in report["words"]:
    if sentence == "How to read this":
        break
    if re.match(r"\d+: ", sentence) or not has_number(sentence):
        continue
    found = [(i, match) for i, (text, _) in enumerate(sentences) if (match := pattern(text).fullmatch(sentence))]
    if not found:
        failures.append(f"{sys.argv[0]} does not know where the numbers of this sentence stand: {sentence}")
        continue
    i, match = found[0]
    used.add(i)
    for number, name in zip(match.groups(), sentences[i][1]):
        try:
            if not stands_in(number, name() if callable(name) else column(name)):
                failures.append(f"{number} is not in {name}: {sentence}")
        except KeyError as missing:
            failures.append(f"{missing}: {sentence}")
failures += [f"no sentence is like: {text}" for i, (text, _) in enumerate(sentences) if i not in used]
print("\n".join(dict.fromkeys(failures)))
sys.exit(len(failures) > 0)
