import type { Interceptor } from "@connectrpc/connect";

/** The interceptors that show a token with each call; none without one. */
export function bearerOf(token: string | undefined): Interceptor[] {
  if (token === undefined) return [];
  return [
    (next) => (request) => {
      request.header.set("authorization", `Bearer ${token}`);
      return next(request);
    },
  ];
}
