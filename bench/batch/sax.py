"""Reads a listing as the original of this program did, with xml.sax and a handler that makes an object of each job.

Usage: sax.py FILE; prints JSON as parse.ts does.
"""

import json
import resource
import sys
import time
import xml.sax


class Job:
    pass


class Handler(xml.sax.ContentHandler):
    """Job entries become objects: an attribute for each leaf, numbers and times converted."""

    def __init__(self):
        super().__init__()
        self.jobs = []
        self.job = None
        self.text = []

    def startElement(self, name, attributes):
        if name == "job_list":
            self.job = Job()
            self.job.running = attributes.get("state") == "running"
        self.text = []

    def characters(self, content):
        self.text.append(content)

    def endElement(self, name):
        if self.job is None:
            return
        if name == "job_list":
            self.jobs.append(self.job)
            self.job = None
            return
        value = "".join(self.text).strip()
        if name == "JB_job_number":
            self.job.jobid = value
        elif name == "JB_name":
            self.job.name = value
        elif name == "JB_owner":
            self.job.owner = value
        elif name == "state":
            self.job.state = value
        elif name == "slots":
            self.job.slots = int(value)
        elif name == "JAT_prio":
            self.job.priority = float(value)
        elif name == "queue_name":
            self.job.queue = value
        elif name in ("JB_submission_time", "JAT_start_time"):
            at = time.mktime(time.strptime(value, "%Y-%m-%dT%H:%M:%S"))
            if name == "JB_submission_time":
                self.job.submitted_at = at
            else:
                self.job.running_at = at


began = time.perf_counter()
before = time.process_time()
handler = Handler()
with open(sys.argv[1], "rb") as file:
    xml.sax.parse(file, handler)
print(json.dumps({
    "jobs": len(handler.jobs),
    "seconds": time.perf_counter() - began,
    "cpu": time.process_time() - before,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}))
