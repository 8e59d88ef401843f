/** Types of the idportal snippet 1.0.0. Copy this file to where your tsconfig.json looks, or name it in "files". */

interface IdportalTraits {
  email?: string;
  phone?: string;
  [name: string]: unknown;
}

interface IdportalOptions {
  /** HMAC-SHA256 of the user id in hex, made by your server with the source's secret: the log-in is then vouched for. */
  signature?: string;
  /** Further identifiers by kind, for instance a loyalty card. */
  identifiers?: Record<string, string | number | Array<string | number>>;
  /** When it happened, if not now. */
  timestamp?: Date | string;
}

type IdportalProperties = Record<string, unknown>;
type IdportalId = string | number;

interface Idportal {
  /** Says who this is; at every log-in. */
  identify(userId: IdportalId | null | undefined, traits?: IdportalTraits | null, options?: IdportalOptions): void;
  identify(traits: IdportalTraits, options?: IdportalOptions): void;
  /** Says what they did. */
  track(event: string, properties?: IdportalProperties | null, options?: IdportalOptions): void;
  /** Says what they look at; page views are automatic unless data-page-views="off". */
  page(name?: string | null, properties?: IdportalProperties | null, options?: IdportalOptions): void;
  page(properties: IdportalProperties, options?: IdportalOptions): void;
  /** Says that a user got a new id; previousId is who they were until now unless stated. */
  alias(userId: IdportalId, previousId?: IdportalId | null, options?: IdportalOptions): void;
  /** Says that they logged out: whoever comes next on this device is somebody else. */
  reset(): void;
  /** Says what the visitor decided. Without a yes nothing is stored or sent, with a no everything stored is removed. */
  consent(granted: boolean | "granted" | "denied", details?: Record<string, unknown>): void;
  /** Absent until the script has loaded; calls are kept until then. */
  readonly version?: string;
}

interface Window {
  idportal: Idportal;
}

declare var idportal: Idportal;
