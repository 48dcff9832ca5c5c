#!/usr/bin/env python3
"""Lines of a history of a machine that is not there, to standard output: the same for the same arguments.

simulated_history.py [--series N] [--runs N] [--kinds gaussian,spiky,drifting] [--step PERCENT] [--at RUN] [--steps N]
                     [--class HASH] [--seed N] [--first RUN] [--id ID] [--before COMMIT] [--after COMMIT] [--sd PERCENT]

--steps of the series (default: none) are slower by --step from run --at on. --first begins with that run instead of 0. --id is
that of the first series; --sd is the spread of all (default:
0.3 to 0.7 %); --before and --after are the commits of all runs before --at and from it on.
"""
import argparse
import datetime
import json
import math
import random

parser = argparse.ArgumentParser()
parser.add_argument("--series", type=int, default=10)
parser.add_argument("--runs", type=int, default=60)
parser.add_argument("--first", type=int, default=0)
parser.add_argument("--kinds", default="gaussian,spiky,drifting")
parser.add_argument("--step", type=float, default=3.0)
parser.add_argument("--steps", type=int, default=0)
parser.add_argument("--at", type=int, default=40)
parser.add_argument("--class", dest="machine_class", default="0123456789abcdef")
parser.add_argument("--id")
parser.add_argument("--sd", type=float)
parser.add_argument("--before")
parser.add_argument("--after")
parser.add_argument("--seed", type=int, default=1)
args = parser.parse_args()
kinds = args.kinds.split(",")


class Series:
    def __init__(self, index):
        self.random = random.Random(f"{args.seed} {index}")
        self.kind = kinds[index % len(kinds)]
        self.sd = args.sd / 100 if args.sd else 0.003 + 0.004 * self.random.random()
        self.slope = self.random.uniform(-0.04, 0.04)
        self.wave, self.period, self.phase = (self.random.uniform(0, 0.006), self.random.uniform(25, 60),
                                              self.random.uniform(0, 6.28))
        self.slower = index < args.steps
        self.id = args.id if args.id and index == 0 else f"kernel{index}/256x1024x1/w=random,x=random,p0=0.42,seed=1/t=1/hot"

    def figure(self, run):
        value = self.random.gauss(0.0, self.sd)
        spike = self.random.random()
        if self.kind == "spiky" and spike < 0.05:
            value += 0.05 + 4.0 * spike
        if self.kind == "drifting":
            value += self.slope * run / 50 + self.wave * math.sin(self.phase + 6.283 * run / self.period)
        return value + (math.log1p(args.step / 100) if self.slower and run >= args.at else 0.0)


def commit_of(run):
    return (args.before if run < args.at else args.after) or f"{run:012x}"


def put(line):
    print(json.dumps(line, separators=(",", ":")))


series = [Series(index) for index in range(args.series)]
begin = datetime.datetime(2026, 1, 1)
for run in range(args.runs):
    figures = [one.figure(run) for one in series]
    if run < args.first:
        continue
    time = (begin + datetime.timedelta(hours=12 * run)).strftime("%Y-%m-%dT%H:%M:%SZ")
    put({"type": "run", "schema": 1, "time": time, "host": "simulated", "machine_class_hash": args.machine_class, "method": 1})
    for one, figure in zip(series, figures):
        put({"type": "point", "id": one.id, "anchor": "00000000000000aa", "commit": commit_of(run), "code": "",
             "ratio": round(figure, 9), "error": 0.001, "processes": 8, "steal_share": 0.0})
    put({"type": "end", "complete": True})
