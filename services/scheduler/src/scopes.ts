/** The scope that each method of the scheduler needs. */
export const schedulerScopes = {
  "switchyard.scheduler.v1.JobService/*": "read",
  "switchyard.scheduler.v1.JobService/SubmitJobs": "submit",
  "switchyard.scheduler.v1.JobService/CancelJobs": "submit",
  "switchyard.scheduler.v1.JobService/RetryJobs": "submit",
  "switchyard.scheduler.v1.JobService/ReorderJob": "submit",
  "switchyard.scheduler.v1.JobService/DeleteJobs": "admin",
  "switchyard.scheduler.v1.JobService/DismissJobs": "submit",
  "switchyard.scheduler.v1.QueueService/*": "admin",
  "switchyard.scheduler.v1.QueueService/GetQueue": "read",
  "switchyard.scheduler.v1.QueueService/ListQueues": "read",
  "switchyard.scheduler.v1.QueueService/ListLimits": "read",
  "switchyard.scheduler.v1.QueueService/ListSchedules": "read",
  "switchyard.scheduler.v1.DispatchService/*": "run",
  "switchyard.scheduler.v1.ShardService/*": ["read", "submit", "run"],
  "switchyard.scheduler.v1.ShardService/MoveNamespace": "admin",
} as const;
