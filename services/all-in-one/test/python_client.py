"""A Python client of the contracts, with plain grpcio and stubs made by protoc: python_client.py STUBS ADDRESS.

Does what grpc-interop.test.ts does from JavaScript: unary, server streaming, bidi, deadline, error details.
"""

import json
import sys

sys.path.insert(0, sys.argv[1])

import grpc  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from grpc_reflection_stub import reflection_pb2, reflection_pb2_grpc  # noqa: E402
from switchyard.log.v1 import log_service_pb2, log_service_pb2_grpc  # noqa: E402
from switchyard.log.v1 import entry_pb2  # noqa: E402
from switchyard.scheduler.v1 import event_pb2, job_service_pb2, job_service_pb2_grpc  # noqa: E402


def reason_of(error):
    """The reason in google.rpc.ErrorInfo, from the standard trailer."""
    trailer = dict(error.trailing_metadata())["grpc-status-details-bin"]
    for detail in status_pb2.Status.FromString(trailer).details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info.reason
    return None


def failure(call):
    """The error of a call that has to fail."""
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call did not fail")


channel = grpc.insecure_channel(sys.argv[2])
jobs = job_service_pb2_grpc.JobServiceStub(channel)
logs = log_service_pb2_grpc.LogServiceStub(channel)
reflection = reflection_pb2_grpc.ServerReflectionStub(channel)

request = job_service_pb2.SubmitJobsRequest(namespace="default")
spec = request.items.add().spec
spec.kind = "shell.run"
spec.input.data = json.dumps({"command": ["sh", "-c", "echo one; echo two"]}).encode()
spec.input.content_type = "application/json"
job_id = jobs.SubmitJobs(request, timeout=10).jobs[0].job_id

watch = job_service_pb2.WatchJobsRequest(namespace="default", job_ids=[job_id], after_sequence=0, until_final=True)
types = [event.type for answer in jobs.WatchJobs(watch, timeout=30) for event in answer.events]
assert types[0] == event_pb2.JOB_EVENT_TYPE_SUBMITTED and types[-1] == event_pb2.JOB_EVENT_TYPE_ENDED, types

stream = entry_pb2.LogStreamRef(namespace="default", job_id=job_id, attempt=1, stream="stdout")
tail = logs.TailLog(log_service_pb2.TailLogRequest(stream=stream, from_sequence=0), timeout=30)
lines = [record.entry.message for answer in tail for record in answer.records]
assert lines == ["one", "two"], lines

asked = [reflection_pb2.ServerReflectionRequest(list_services="")]
names = [s.name for a in reflection.ServerReflectionInfo(iter(asked), timeout=10) for s in a.list_services_response.service]
assert "switchyard.scheduler.v1.JobService" in names, names

endless = job_service_pb2.WatchJobsRequest(namespace="default")
late = failure(lambda: list(jobs.WatchJobs(endless, timeout=0.3)))
assert late.code() == grpc.StatusCode.DEADLINE_EXCEEDED, late

malformed = failure(lambda: jobs.GetJob(job_service_pb2.GetJobRequest(namespace="default", job_id="x"), timeout=10))
assert malformed.code() == grpc.StatusCode.INVALID_ARGUMENT and reason_of(malformed) == "MALFORMED_ID", malformed

print("python: unary, server streaming, bidi, deadline and error details work")
