import { z } from "zod";

// The settings of a campaign, as upstream's configuration file has them (`config.proto`). There is no API for them.

const debianBuild = z.strictObject({
  base_distribution: z.string().optional(),
  build_distribution: z.string().optional(),
  build_suffix: z.string().optional(),
  build_command: z.string().optional(),
  chroot: z.string().optional(),
  extra_build_distribution: z.array(z.string()).default([]),
});

const genericBuild = z.strictObject({ chroot: z.string().optional() });

const campaign = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9+\-.]+$/, "is no name of a campaign"),
    branch_name: z.string().optional(),
    /** The command of items that bring none. */
    command: z.string().min(1).optional(),
    force_build: z.boolean().default(false),
    skip_setup_validation: z.boolean().default(false),
    /** A codebase without a branch is an empty tree, not an error. */
    default_empty: z.boolean().default(true),
    debian_build: debianBuild.optional(),
    generic_build: genericBuild.optional(),
  })
  .refine(({ debian_build, generic_build }) => debian_build === undefined || generic_build === undefined, {
    message: "has two sorts of build",
  });

/** Campaigns as the operator configures them. */
export const campaignsSchema = z
  .array(campaign)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, "has a name twice");

/** A campaign. */
export type Campaign = z.output<typeof campaign>;

/** The campaigns of an installation that configures none; names and commands are those of upstream's example. */
export const defaultCampaigns: Campaign[] = campaignsSchema.parse([
  { name: "lintian-fixes", command: "lintian-brush", generic_build: {} },
  { name: "unchanged", command: "true", generic_build: {} },
  { name: "fresh-releases", command: "deb-new-upstream", generic_build: {} },
  { name: "control", generic_build: {} },
]);
