#!/usr/bin/env python3
"""The command lines of a recipe, one a line: JOB, a tab, the line as the CI gives it to a shell.

recipe_lines.py FILE      a workflow of GitHub, or a pipeline of GitLab
"""
import sys

import yaml

# Keys of a GitLab pipeline that are no job.
NO_JOBS = {"default", "variables", "stages", "include", "workflow"}


def commands(value):
    """A script is a text or a list of texts; each line of a text is one."""
    for text in [value] if isinstance(value, str) else value:
        yield from (line for line in text.splitlines() if line.strip())


recipe = yaml.safe_load(open(sys.argv[1]))
if "jobs" in recipe:
    for name, job in recipe["jobs"].items():
        for step in job["steps"]:
            for line in commands(step.get("run", [])):
                print(name, line, sep="\t")
else:
    before = list(commands(recipe.get("default", {}).get("before_script", [])))
    for name, job in recipe.items():
        if name not in NO_JOBS and not name.startswith("."):
            for line in before + list(commands(job.get("script", []))):
                print(name, line, sep="\t")
