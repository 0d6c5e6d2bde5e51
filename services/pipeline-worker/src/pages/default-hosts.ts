/** Hosts of job boards and of systems that application forms stand on: what may be asked where the settings name nothing else. */
export const defaultFetchHosts: readonly string[] = [
  ...["linkedin.com", "indeed.com", "bayt.com", "himalayas.app"],
  ...["greenhouse.io", "lever.co", "ashbyhq.com", "workable.com", "smartrecruiters.com", "bamboohr.com"],
  ...["recruitee.com", "teamtailor.com", "personio.com", "personio.de", "jobvite.com", "icims.com", "breezy.hr"],
  ...["myworkdayjobs.com", "oraclecloud.com", "successfactors.com", "taleo.net", "join.com", "rippling.com"],
  ...["docs.google.com", "forms.gle", "typeform.com"],
].flatMap((host) => [host, `*.${host}`]);
