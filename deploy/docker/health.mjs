// `health.mjs <operations port>`: ends with code 0 when the service in this container is ready. For Compose; Kubernetes asks by itself.
const response = await fetch(`http://127.0.0.1:${process.argv[2]}/readyz`, { signal: AbortSignal.timeout(2_500) });
if (!response.ok) console.log(await response.text());
process.exitCode = response.ok ? 0 : 1;
