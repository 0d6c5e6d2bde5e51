/** What the dialect's tests are set up with: a campaign more, a policy, and a host that is left alone. */
export const janitorSettings = {
  JANITOR_PUBLISH_POLICIES: "known-policy",
  JANITOR_AVOID_HOSTS: "avoided.example",
  JANITOR_CAMPAIGNS: JSON.stringify([
    { name: "lintian-fixes", command: "lintian-brush", generic_build: {} },
    { name: "unchanged", command: "true", generic_build: {} },
    { name: "fresh-releases", command: "deb-new-upstream", generic_build: {} },
    { name: "control", generic_build: {} },
    {
      name: "needs-branch",
      command: "fix",
      force_build: true,
      skip_setup_validation: true,
      default_empty: false,
      debian_build: {
        build_distribution: "sid-fixes",
        build_suffix: "~fix",
        chroot: "sid-amd64",
        extra_build_distribution: ["experimental"],
      },
    },
  ]),
};
