const contactTypes = ["hiring_manager", "recruiter", "vp_director", "executive", "team_member", "peer"];

/** A person as somebody names him or her. */
export interface NamedPerson {
  readonly name: string;
  readonly role: string;
  readonly linkedin_url?: string | null | undefined;
  readonly contact_type?: string | null | undefined;
  readonly why_relevant?: string | null | undefined;
  readonly is_synthetic?: boolean | null | undefined;
  readonly recent_signals?: readonly string[] | null | undefined;
}

/** A contact of a posting, as it is stored. */
export type StoredContact = ReturnType<typeof storedContact>;

/** A contact without messages yet. An address that is not one of LinkedIn is left out. */
export function storedContact(person: NamedPerson) {
  const type = person.contact_type ?? "peer";
  return {
    name: person.name,
    role: person.role,
    linkedin_url: linkedinAddress(person.linkedin_url ?? ""),
    contact_type: contactTypes.includes(type) ? type : "peer",
    why_relevant: person.why_relevant ?? "",
    is_synthetic: person.is_synthetic ?? false,
    recent_signals: person.recent_signals ?? [],
    linkedin_connection_message: "",
    linkedin_inmail: "",
    linkedin_inmail_subject: "",
    email_body: "",
    email_subject: "",
    linkedin_message: "",
    reasoning: "",
    already_applied_frame: "adding_context",
  };
}

function linkedinAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isLinkedin = url?.protocol === "https:" && /(?:^|\.)linkedin\.com$/.test(url.hostname);
  return isLinkedin ? url.href : "";
}
