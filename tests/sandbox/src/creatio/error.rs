//! Errors in the shapes of docs/facts/creatio.md, "Errors", and the small set of replies that every
//! part of the emulator gives.

use super::switches::Switched;
use crate::environment::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value as Json, json};

/// The media type of OData's JSON.
const ODATA_JSON: &str = "application/json; odata.metadata=minimal";

/// A request that is not carried out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The status it is answered with.
    pub(crate) status: StatusCode,
    /// What the innermost exception says.
    pub(crate) message: String,
    /// The name of that exception.
    kind: &'static str,
}

impl Refusal {
    /// The request is not well formed.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into(), kind: "Microsoft.OData.ODataException" }
    }

    /// No such row.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: message.into(), kind: "System.Web.Http.HttpResponseException" }
    }

    /// The user has no right to write.
    pub(crate) fn denied(what: &str) -> Self {
        let message = format!("Current user does not have permissions for the operation on \"{what}\".");
        Self { status: StatusCode::FORBIDDEN, message, kind: "Terrasoft.Common.SecurityException" }
    }

    /// The platform threw while it worked.
    pub(crate) fn failed(message: impl Into<String>, kind: &'static str) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, message: message.into(), kind }
    }

    /// The database refused.
    pub(crate) fn database(message: impl Into<String>) -> Self {
        Self::failed(message, "System.Data.SqlClient.SqlException")
    }

    /// The database did not answer in time.
    pub(crate) fn timeout() -> Self {
        Self::database("Execution Timeout Expired. The timeout period elapsed prior to completion of the operation.")
    }

    /// `DisableODataSystemTablesAccess` keeps the table from OData (docs/facts/creatio.md,
    /// "Errors", "Access").
    pub(crate) fn restricted() -> Self {
        let message = NO_ODATA.to_owned();
        Self { status: StatusCode::FORBIDDEN, message, kind: "Terrasoft.Common.SecurityException" }
    }

    /// The page would take more memory than one query may.
    pub(crate) fn out_of_memory() -> Self {
        let message = "The value of the \"MaxMemoryUsageToGetDataViaEntityCollection\" system setting is exceeded.";
        Self::failed(message, "Terrasoft.Core.Entities.EntityCollectionMemoryException")
    }

    /// The reply: shape 1 of docs/facts/creatio.md, "Errors", the message that matters in the inner
    /// error; before 8.1 nothing but that there is one (shape 2).
    pub(crate) fn response(&self, switched: &Switched) -> Response {
        if switched.older_than([8, 1, 0]) {
            return odata(self.status, &json!({"Message": "An error has occurred.", "ExceptionType": self.kind}));
        }
        let inner = json!({"message": self.message, "type": self.kind, "stacktrace": ""});
        let error = if self.status == StatusCode::INTERNAL_SERVER_ERROR {
            json!({"code": "", "message": "An error has occurred.", "innererror": {
                "message": "The operation failed.", "type": "Terrasoft.Common.ODataException", "stacktrace": "",
                "internalexception": inner}})
        } else {
            json!({"code": "", "message": self.message, "innererror": inner})
        };
        odata(self.status, &json!({ "error": error }))
    }
}

/// What is said to users without the system operation `CanUseODataService`, and of restricted
/// tables (docs/facts/creatio.md, "Errors").
const NO_ODATA: &str = "Current user does not have sufficient permissions to use OData";

/// The page for users without that operation (docs/facts/creatio.md, "Errors", shape 4).
pub(crate) fn no_odata() -> Response {
    let body =
        format!("<!DOCTYPE html><html><head><title>{NO_ODATA}</title></head><body><h2>{NO_ODATA}</h2></body></html>");
    reply(StatusCode::FORBIDDEN, "text/html; charset=utf-8", body.into_bytes())
}

/// What the page of [`runtime_page`] holds.
pub(crate) const RUNTIME: &str = "<!DOCTYPE html><html><head><title>Runtime Error</title></head>\
    <body><h1>Server Error in '/0' Application.</h1></body></html>";

/// The page of ASP.NET for what it did not expect.
pub(crate) fn runtime_page() -> Response {
    reply(StatusCode::INTERNAL_SERVER_ERROR, "text/html; charset=utf-8", RUNTIME.as_bytes().to_vec())
}

/// The page for an address where nothing is.
pub(crate) fn no_page() -> Response {
    let body = "<!DOCTYPE html><html><head><title>404 - File or directory not found.</title></head>\
                <body><h2>404 - File or directory not found.</h2></body></html>";
    reply(StatusCode::NOT_FOUND, "text/html", body.as_bytes().to_vec())
}

/// A reply of OData with a body.
pub(crate) fn odata(status: StatusCode, body: &Json) -> Response {
    let mut response = reply(status, ODATA_JSON, body.to_string().into_bytes());
    response.headers_mut().insert("OData-Version", HeaderValue::from_static("4.0"));
    response
}

/// A reply without body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

/// Any reply with a body.
pub(crate) fn reply(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// What neither the product nor a test calls: 501, and which path it was.
pub(crate) fn unknown(what: &str) -> Response {
    let body = json!({"Message": format!("The sandbox does not emulate {what}"), "MessageDetail": ""});
    reply(StatusCode::NOT_IMPLEMENTED, "application/json; charset=utf-8", body.to_string().into_bytes())
}
