export { createAddressList } from "./address-list.js";
export { type GuardedAnswer, type GuardedRequestOptions, guardedRequest } from "./guarded-request.js";
export { isListedHost } from "./host-list.js";
export { isPublicAddress } from "./public-address.js";
