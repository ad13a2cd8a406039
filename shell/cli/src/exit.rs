//! The one table of exit codes: the numbers that today's tools of this kind use, with a word and a sentence for each.

/// How a tool ended, as its caller's shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(u8);

macro_rules! exits {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $word:literal, $text:literal;)*) => {
        impl Exit {
            $($(#[$doc])* pub const $name: Self = Self($code);)*
        }
        /// Every code with its word and its sentence.
        const TABLE: &[(Exit, &str, &str)] = &[$((Exit($code), $word, $text)),*];
    };
}

exits! {
    /// It worked.
    OK = 0, "OK", "success";
    /// It did not, for a reason without a code of its own.
    ERROR = 1, "ERROR", "failed";
    /// An agent's parameter is wrong.
    BAD_PARAMETER = 2, "INVALID_PARAM", "invalid parameter";
    /// An agent or the cluster does not offer that.
    UNIMPLEMENTED = 3, "UNIMPLEMENT_FEATURE", "unimplemented feature";
    /// An agent lacks rights.
    RIGHTS_MISSING = 4, "INSUFFICIENT_PRIV", "insufficient privileges";
    /// A program is not there.
    NOT_INSTALLED = 5, "NOT_INSTALLED", "not installed";
    /// An agent's configuration is wrong.
    NOT_CONFIGURED = 6, "NOT_CONFIGURED", "not configured";
    /// It is stopped.
    NOT_RUNNING = 7, "NOT_RUNNING", "not running";
    /// The command line is wrong; nothing was done.
    USAGE = 64, "USAGE", "wrong command line";
    /// The data given is wrong; nothing was changed.
    DATA = 65, "DATAERR", "wrong input data";
    /// A file to read is missing.
    NO_INPUT = 66, "NOINPUT", "no such input";
    /// No such node.
    NO_HOST = 68, "NOHOST", "no such host";
    /// It cannot be done just now.
    UNAVAILABLE = 69, "UNAVAILABLE", "not available now";
    /// A defect of ours.
    SOFTWARE = 70, "SOFTWARE", "internal error";
    /// A file cannot be written.
    CANNOT_CREATE = 73, "CANTCREAT", "cannot create the file";
    /// Reading or writing failed.
    IO = 74, "IOERR", "input or output failed";
    /// The other side speaks another protocol.
    PROTOCOL = 76, "PROTOCOL", "protocol error";
    /// The caller may not do that.
    DENIED = 77, "NOPERM", "permission denied";
    /// The configuration is not valid.
    CONFIG = 78, "CONFIG", "configuration not valid";
    /// The cluster on this host does not run.
    DISCONNECTED = 102, "DISCONNECT", "not connected to the cluster";
    /// A newer version is in place.
    OLD = 103, "OLD", "older than what is in place";
    /// What was asked for does not exist.
    NO_SUCH = 105, "NOSUCH", "no such object";
    /// The partition lacks quorum.
    NO_QUORUM = 106, "QUORUM", "needs quorum";
    /// It would be dangerous without force.
    UNSAFE = 107, "UNSAFE", "not safe without force";
    /// It exists already, or is already so.
    EXISTS = 108, "EXISTS", "exists already";
    /// More than one fits.
    MULTIPLE = 109, "MULTIPLE", "more than one match";
    /// The time for it is over.
    EXPIRED = 110, "EXPIRED", "expired";
    /// The time for it has not come.
    NOT_YET = 111, "NOT_YET_IN_EFFECT", "not yet in effect";
    /// It cannot be told.
    UNDETERMINED = 112, "INDETERMINATE", "cannot be determined";
    /// It took too long.
    TIMEOUT = 124, "TIMEOUT", "timed out";
}

impl Exit {
    /// The number that the caller's shell sees.
    pub fn code(self) -> u8 {
        self.0
    }

    /// The upper-case word, as `crm_error --name` prints it.
    pub fn word(self) -> &'static str {
        self.row().map_or("UNKNOWN", |(_, word, _)| word)
    }

    /// A short clause for people.
    pub fn text(self) -> &'static str {
        self.row().map_or("unknown exit code", |(_, _, text)| text)
    }

    /// Every code of the table, in ascending order.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(exit, _, _)| *exit)
    }

    fn row(self) -> Option<&'static (Self, &'static str, &'static str)> {
        TABLE.iter().find(|(exit, _, _)| *exit == self)
    }
}

impl From<u8> for Exit {
    fn from(code: u8) -> Self {
        Self(code)
    }
}
