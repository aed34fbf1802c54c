//! What browsers of other origins are told: the part of the plan that says so.

/// The CORS face. Which origins are allowed is the deployment's.
#[derive(Clone, Debug)]
pub struct CorsPlan {
    /// `*` for everybody, or the allowed origin echoed with `Vary: Origin`.
    pub any_origin: bool,
    /// Whether credentials are allowed; never together with `*`.
    pub credentials: bool,
    /// `Access-Control-Allow-Methods` of preflights.
    pub methods: Allowed,
    /// `Access-Control-Allow-Headers` of preflights.
    pub headers: Allowed,
    /// `Access-Control-Expose-Headers`, if any.
    pub expose: Option<String>,
    /// The preflight reply.
    pub preflight: Preflight,
}

/// What a preflight allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Whatever was asked for, echoed.
    Requested,
    /// This text.
    Fixed(String),
}

/// The reply to an OPTIONS request.
#[derive(Clone, Debug)]
pub struct Preflight {
    /// Its status.
    pub status: u16,
    /// Its JSON body as text, if it has one.
    pub body: Option<String>,
    /// Whether every OPTIONS gets it, or only real preflights.
    pub always: bool,
}
