import type { Campaign } from "../catalogue/campaign.js";

/** How a worker builds what it changed. */
export interface Build {
  readonly target: "debian" | "generic";
  readonly environment: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The build of a campaign; one that configures none has the generic one. */
export function buildOf(campaign: Campaign, depServerUrl: string | null): Build {
  const { debian_build: debian, generic_build: generic } = campaign;
  if (debian === undefined) {
    const chroot = generic?.chroot;
    return {
      target: "generic",
      environment: {},
      config: { ...(chroot === undefined ? {} : { chroot }), dep_server_url: depServerUrl },
    };
  }
  const distribution = debian.build_distribution ?? campaign.name;
  return {
    target: "debian",
    environment: { DISTRIBUTION: distribution, DEB_VENDOR: "debian" },
    config: {
      lintian: { profile: null, "suppress-tags": [] },
      "build-extra-repositories": debian.extra_build_distribution,
      "build-distribution": distribution,
      "build-suffix": debian.build_suffix ?? "",
      ...(debian.build_command === undefined ? {} : { "build-command": debian.build_command }),
      ...(debian.chroot === undefined ? {} : { chroot: debian.chroot }),
      ...(debian.base_distribution === undefined ? {} : { "base-distribution": debian.base_distribution }),
      dep_server_url: depServerUrl,
    },
  };
}
