/** What is created, as a client of the task executor says it. */
export const taskInput = { problem_id: "bench-1", parameters: { max_steps: 12, timeout: 90 } };

/** Where tasks are created and listed. */
export const taskPath = "/task-executor/api/v1/tasks";
