"""Reads a JSON list of [dialect, xRSL] and prints a JSON list of what ARC makes of them: ADL, or null."""

import json
import sys

import arc


def adl(dialect, xrsl):
    jobs = arc.JobDescriptionList()
    if not arc.JobDescription.Parse(xrsl, jobs, "nordugrid:xrsl", dialect):
        return None
    return jobs[0].UnParse("emies:adl", "")[1]


json.dump([adl(*row) for row in json.load(sys.stdin)], sys.stdout)
