import json, sys, threading
import grpc
from google.protobuf.duration_pb2 import Duration
from switchyard.common.v1.attempt_ref_pb2 import AttemptRef
from switchyard.runner.v1 import runner_pb2, runner_service_pb2 as api, runner_service_pb2_grpc

me = {"namespace": "default", "runner_id": "python-word-counter"}
runners = runner_service_pb2_grpc.RunnerServiceStub(grpc.insecure_channel(sys.argv[1]))
spec = runner_pb2.RunnerSpec(name="word counter in Python", slots=1)
spec.profile.kinds.add(exact="text.count")
runners.RegisterRunner(api.RegisterRunnerRequest(mode="MODE_UPSERT", spec=spec, release_held=True, **me), timeout=10)
print("ready", flush=True)

def stay_alive():  # A lease is 30 s long if the job does not say otherwise.
    while not threading.Event().wait(10):
        runners.Heartbeat(api.HeartbeatRequest(**me), timeout=10)

threading.Thread(target=stay_alive, daemon=True).start()
while True:
    lease = runners.ClaimJob(api.ClaimJobRequest(wait=Duration(seconds=20), start=True, **me), timeout=30).lease
    if not lease.job_id:
        continue
    end = api.CompleteJobRequest(attempt=AttemptRef(job_id=lease.job_id, attempt=lease.attempt), **me)
    words = json.loads(lease.input.data)["text"].split()
    line = api.AttemptLogAppend(attempt=end.attempt)
    line.append.stream = "log"
    line.append.text.lines = f"{len(set(words))} different words\n".encode()
    runners.AppendLog(api.AppendLogRequest(appends=[line], **me), timeout=10)
    end.outcome.result.data = json.dumps({"different": len(set(words))}).encode()
    runners.CompleteJob(end, timeout=10)
