//! What only the editions of 1988 and later can say: it has no place on an association of the 1984 kind (X.419
//! annex B, X.411-1984, X.420-1984).

use super::p1::integer;
use super::schemas::Pick;

/// The element in words, where X.411-1984 and X.420-1984 do not have it. `contents` are those of a primitive
/// element, with its identifier octet.
pub(super) fn newer(pick: Pick, primitive: Option<(u8, &[u8])>) -> Option<&'static str> {
    let number = || primitive.and_then(|(_, contents)| integer(contents));
    Some(match pick {
        Pick::MessageExtensions => "extensions [3] in the message transfer envelope",
        Pick::PerRecipientExtensions => "extensions [3] in a per-recipient field of the message",
        Pick::ProbeExtensions => "extensions [3] in the probe transfer envelope",
        Pick::PerRecipientProbeExtensions => "extensions [3] in a per-recipient field of the probe",
        Pick::ReportExtensions => "extensions [1] in the report transfer envelope",
        Pick::ReportContentExtensions => "extensions [3] in the report transfer content",
        Pick::PerRecipientReportExtensions => "extensions [6] in a per-recipient field of the report",
        Pick::ReportContentType => "content-type in the report transfer content",
        Pick::ExtensionAttributes => "extension-attributes in an O/R address",
        Pick::DirectoryName => "directory-name [0] in an O/R name",
        Pick::OtherActions => "other-actions [3] in the trace information",
        Pick::BilateralPrivateDomain => "private-domain in the per-domain bilateral information",
        Pick::ExtendedEits => "extended-encoded-information-types [4]",
        Pick::NonDeliveryReason if number() > Some(2) => "a non-delivery-reason-code above 2",
        Pick::NonDeliveryDiagnostic if number() > Some(11) => "a non-delivery-diagnostic-code above 11",
        Pick::TypeOfUser if number() > Some(1) => "a type-of-MTS-user above 1",
        Pick::PerMessageIndicators => match primitive {
            Some((_, [_, bits, ..])) if bits & 0x0F != 0 => "bits 4 to 7 of the per-message-indicators",
            _ => return None,
        },
        Pick::HeadingExtensions => "extensions [15] in the heading of the interpersonal message",
        Pick::ExtendedBodyPart => "an externally defined body part [15]",
        Pick::RecipientExtensions => "recipient-extensions [3] in the heading of the interpersonal message",
        Pick::NotificationExtensions => "notification-extensions [3] in an interpersonal notification",
        Pick::OtherNotification => "an other-notification [2] in an interpersonal notification",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_1984_are_of_both_editions() {
        let value = |pick, octets: &'static [u8]| newer(pick, Some((0x80, octets)));
        assert_eq!(value(Pick::NonDeliveryReason, &[2]), None);
        assert!(value(Pick::NonDeliveryReason, &[5]).is_some());
        assert_eq!(value(Pick::NonDeliveryDiagnostic, &[11]), None);
        assert!(value(Pick::NonDeliveryDiagnostic, &[47]).is_some());
        assert_eq!(value(Pick::PerMessageIndicators, &[4, 0xF0]), None);
        assert!(value(Pick::PerMessageIndicators, &[0, 0x01]).is_some());
    }
}
