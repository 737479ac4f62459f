//! The one error of the product: an MLflow error code and a message meant for the caller.
//!
//! The code decides the HTTP status (one table, here, because clients branch on both together);
//! the message names the thing, the value and what to do. Causes that a caller must not see
//! (SQL, paths, secrets) never enter a message: the store logs them and answers `internal`.

use std::fmt;

/// MLflow's error codes, as they appear in `error_code` (source: MLflow 3.17's `ErrorCode` enum).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// A malformed request (400).
    BadRequest,
    /// A well-formed request with a value that breaks a rule (400).
    InvalidParameterValue,
    /// The name is taken (400, not 409: `register_model` relies on it).
    ResourceAlreadyExists,
    /// The actor may not do this (403).
    PermissionDenied,
    /// No such model, version, run... (404).
    ResourceDoesNotExist,
    /// No such route (404).
    EndpointNotFound,
    /// A rule of the organisation stands against it (409).
    ResourceConflict,
    /// Body over the limit (413; MLflow has no code of its own for it, so `BAD_REQUEST`).
    PayloadTooLarge,
    /// Method not allowed on this path (405).
    MethodNotAllowed,
    /// Our fault (500).
    Internal,
    /// What this server, as it is set up, cannot do (501; MLflow's client falls back to the plain way).
    NotImplemented,
    /// The database cannot be reached right now; clients retry (503).
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest | Self::PayloadTooLarge | Self::MethodNotAllowed => "BAD_REQUEST",
            Self::InvalidParameterValue => "INVALID_PARAMETER_VALUE",
            Self::ResourceAlreadyExists => "RESOURCE_ALREADY_EXISTS",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::ResourceDoesNotExist => "RESOURCE_DOES_NOT_EXIST",
            Self::EndpointNotFound => "ENDPOINT_NOT_FOUND",
            Self::ResourceConflict => "RESOURCE_CONFLICT",
            Self::Internal => "INTERNAL_ERROR",
            Self::NotImplemented => "NOT_IMPLEMENTED",
            Self::TemporarilyUnavailable => "TEMPORARILY_UNAVAILABLE",
        }
    }

    /// The HTTP status that MLflow's clients expect with this code.
    pub fn http_status(self) -> u16 {
        match self {
            Self::BadRequest | Self::InvalidParameterValue | Self::ResourceAlreadyExists => 400,
            Self::PermissionDenied => 403,
            Self::ResourceDoesNotExist | Self::EndpointNotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::ResourceConflict => 409,
            Self::PayloadTooLarge => 413,
            Self::Internal => 500,
            Self::NotImplemented => 501,
            Self::TemporarilyUnavailable => 503,
        }
    }
}

/// An error as the caller will read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Which family; decides status and `error_code`.
    pub code: ErrorCode,
    /// Whole sentences for a person.
    pub message: String,
}

/// Everything below the router returns this.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of the given family.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// 400 `INVALID_PARAMETER_VALUE`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameterValue, message)
    }

    /// 400 `INVALID_PARAMETER_VALUE` in the words that MLflow uses for an absent or empty required field.
    pub fn missing(parameter: &str) -> Self {
        Self::invalid(format!(
            "Missing value for required parameter '{parameter}'. \
             See the API docs for more information about request parameters."
        ))
    }

    /// 404 `RESOURCE_DOES_NOT_EXIST`.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ResourceDoesNotExist, message)
    }

    /// 400 `RESOURCE_ALREADY_EXISTS`.
    pub fn already_exists(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ResourceAlreadyExists, message)
    }

    /// 409 `RESOURCE_CONFLICT`.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ResourceConflict, message)
    }

    /// 500 `INTERNAL_ERROR`; the message must not carry the cause.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for Error {}
