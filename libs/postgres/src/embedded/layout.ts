import { join } from "node:path";

/** Where things are inside a data directory of ours. */
export interface Layout {
  readonly root: string;
  /** PostgreSQL's own data directory. */
  readonly cluster: string;
  /** Password of the superuser, readable only by the user that runs PostgreSQL (and root). */
  readonly password: string;
  /** Log of the present run; the run before is kept beside it with the suffix `.1`. */
  readonly log: string;
  /** Says which process started the server that is (or was) running here. */
  readonly owner: string;
}

/** Names the files of a data directory. */
export function layoutOf(root: string): Layout {
  return {
    root,
    cluster: join(root, "cluster"),
    password: join(root, "password"),
    log: join(root, "server.log"),
    owner: join(root, "owner.json"),
  };
}
