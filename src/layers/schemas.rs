//! The schemas, read once at the first use, and the fields that the layers ask the walker for.

use std::sync::OnceLock;

use super::presentation::PpduKind;
use crate::asn1::{FILES, Schema, TableId, TypeId};

/// Declares the picks: what the layers call a field, and its name in the schemas. A field has one pick: that with the
/// longest name that fits it.
macro_rules! picks {
    ($($pick:ident = $name:literal,)*) => {
        /// A field that the layers want to be told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Pick { $($pick,)* }

        const ALL: &[Pick] = &[$(Pick::$pick,)*];
        const NAMES: &[&str] = &[$($name,)*];
    };
}

picks! {
    ModeValue = "pres.mode_value",
    X410Request = "pres.CP-type.x410_mode_parameters",
    X410Accept = "pres.CPA-PPDU.x410_mode_parameters",
    X410Reject = "pres.CPR-PPDU.x400_mode_parameters",
    CallingPsel = "pres.calling_presentation_selector",
    CalledPsel = "pres.called_presentation_selector",
    RespondingPsel = "pres.responding_presentation_selector",
    Context = "pres.Context_list_item",
    ContextId = "pres.Context-list-item.presentation_context_identifier",
    AbstractSyntax = "pres.Context-list-item.abstract_syntax_name",
    Result = "pres.Result_list_item",
    ContextResult = "pres.Result-list-item.result",
    ValueContext = "pres.PDV-list.presentation_context_identifier",
    IndirectReference = "acse.indirect_reference",
    ContextReason = "pres.Result-list-item.provider_reason",
    RefuseProviderReason = "pres.CPR-PPDU.provider_reason",
    AbortProviderReason = "pres.Abort-type.provider_reason",
    Event = "pres.event_identifier",
    Aarq = "acse.ACSE-apdu.aarq",
    Aare = "acse.ACSE-apdu.aare",
    Rlrq = "acse.ACSE-apdu.rlrq",
    Rlre = "acse.ACSE-apdu.rlre",
    Abrt = "acse.ACSE-apdu.abrt",
    ApplicationContext = "acse.aSO-context-name",
    AssociateResult = "acse.AARE-apdu.result",
    UserDiagnostic = "acse.service_user",
    ProviderDiagnostic = "acse.service_provider",
    ReleaseReason = "acse.reason",
    AbortSource = "acse.abort_source",
    AbortDiagnostic = "acse.abort_diagnostic",
    Rtorq = "rtse.rtorq_apdu",
    Rtoac = "rtse.rtoac_apdu",
    Rtorj = "rtse.rtorj_apdu",
    Rttp = "rtse.rttp_apdu",
    Rttr = "rtse.rttr_apdu",
    Rtab = "rtse.rtab_apdu",
    CheckpointSize = "rtse.checkpointSize",
    WindowSize = "rtse.windowSize",
    DialogueMode = "rtse.dialogueMode",
    ApplicationProtocol = "rtse.applicationProtocol",
    Open = "rtse.open",
    Recover = "rtse.recover",
    RefuseReason = "rtse.refuseReason",
    RtseAbortReason = "rtse.abortReason",
    InitiatorName = "p1.initiator_name",
    ResponderName = "p1.responder_name",
    Password = "p1.simple",
    BindError = "ros.MTABindError-normal.bind_error",
    BareBindError = "ros.MTABindError-normal.error",
    Invoke = "ros.ROS.invoke",
    ReturnResult = "ros.ROS.returnResult",
    ReturnError = "ros.ROS.returnError",
    Reject = "ros.ROS.reject",
    InvokeId = "ros.invokeId",
    OperationCode = "ros.opcode",
    ErrorCode = "ros.errcode",
    P1Message = "p1.MTS-APDU.message",
    P1Report = "p1.MTS-APDU.report",
    P1Probe = "p1.MTS-APDU.probe",
    MessageIdentifier = "p1.message_identifier",
    ProbeIdentifier = "p1.probe_identifier",
    ReportIdentifier = "p1.report_identifier",
    SubjectIdentifier = "p1.subject_identifier",
    LocalIdentifier = "p1.local_identifier",
    OriginatorName = "p1.originator_name",
    ReportDestinationName = "p1.report_destination_name",
    PerRecipient = "p1.PerRecipientMessageTransferFields",
    PerRecipientProbe = "p1.PerRecipientProbeTransferFields",
    PerRecipientReport = "p1.PerRecipientReportTransferFields",
    RecipientName = "p1.recipient_name",
    ActualRecipientName = "p1.actual_recipient_name",
    RecipientNumber = "p1.originally_specified_recipient_number",
    ContentType = "p1.content_type",
    ProbeContentLength = "p1.ProbeTransferEnvelope.content_length",
    Priority = "p1.priority",
    P1Content = "p1.Message.content",
    TraceInformation = "p1.trace_information",
    TraceElement = "p1.TraceInformationElement",
    ArrivalTime = "p1.DomainSuppliedInformation.arrival_time",
    RoutingAction = "p1.DomainSuppliedInformation.routing_action",
    Delivery = "p1.delivery",
    DeliveryTime = "p1.ReportType.message_delivery_time",
    NonDeliveryReason = "p1.non_delivery_reason_code",
    NonDeliveryDiagnostic = "p1.non_delivery_diagnostic_code",
    Supplementary = "p1.supplementary_information",
    Country = "p1.country_name",
    AdministrationDomain = "p1.administration_domain_name",
    PrivateDomain = "p1.private_domain_name",
    PrivateDomainIdentifier = "p1.private_domain_identifier",
    NetworkAddress = "p1.network_address",
    TerminalIdentifier = "p1.terminal_identifier",
    Organization = "p1.organization_name",
    TeletexOrganization = "p1.teletex_organization_name",
    NumericUserIdentifier = "p1.numeric_user_identifier",
    Surname = "p1.surname",
    GivenName = "p1.given_name",
    Initials = "p1.initials",
    GenerationQualifier = "p1.generation_qualifier",
    OrganizationalUnit = "p1.OrganizationalUnitName",
    TeletexOrganizationalUnit = "p1.TeletexOrganizationalUnitName",
    DomainDefinedType = "p1.BuiltInDomainDefinedAttribute.type",
    DomainDefinedValue = "p1.BuiltInDomainDefinedAttribute.value",
    CommonName = "p1.common_name",
    TeletexCommonName = "p1.teletex_common_name",
    PdsName = "p1.pds_name",
    PostalCode = "p1.postal_code",
    PhysicalDeliveryCountry = "p1.physical_delivery_country_name",
    MessageExtensions = "p1.MessageTransferEnvelope.extensions",
    PerRecipientExtensions = "p1.PerRecipientMessageTransferFields.extensions",
    ProbeExtensions = "p1.ProbeTransferEnvelope.extensions",
    PerRecipientProbeExtensions = "p1.PerRecipientProbeTransferFields.extensions",
    ReportExtensions = "p1.ReportTransferEnvelope.extensions",
    ReportContentExtensions = "p1.ReportTransferContent.extensions",
    PerRecipientReportExtensions = "p1.PerRecipientReportTransferFields.extensions",
    ReportContentType = "p1.ReportTransferContent.content_type",
    ExtensionAttributes = "p1.extension_attributes",
    DirectoryName = "p1.directory_name",
    OtherActions = "p1.other_actions",
    BilateralPrivateDomain = "p1.private_domain",
    ExtendedEits = "p1.extended_encoded_information_types",
    TypeOfUser = "p1.type_of_MTS_user",
    PerMessageIndicators = "p1.per_message_indicators",
    PerRecipientIndicators = "p1.per_recipient_indicators",
    GlobalDomain = "p1.global_domain_identifier",
    AttemptedDomain = "p1.attempted_domain",
    BilateralInformation = "p1.per_domain_bilateral_information",
    DeferredTime = "p1.deferred_time",
    DeferredDelivery = "p1.deferred_delivery_time",
    LatestDelivery = "p1.latest_delivery_time",
    ReassignmentProhibited = "p1.recipient_reassignment_prohibited",
    InternalTraceElement = "p1.InternalTraceInformationElement",
    ReportContent = "p1.Report.content",
    ReturnedContent = "p1.ReportTransferContent.returned_content",
    OriginalTypes = "p1.original_encoded_information_types",
    ConvertedTypes = "p1.converted_encoded_information_types",
    BuiltInTypes = "p1.built_in_encoded_information_types",
    ExtendedType = "p1.ExtendedEncodedInformationType",
    PrivateExtension = "p1.private_extension",
    Ia5TextBody = "p22.BodyPart.ia5_text",
    VoiceBody = "p22.BodyPart.voice",
    G3FacsimileBody = "p22.BodyPart.g3_facsimile",
    G4Class1Body = "p22.BodyPart.g4_class1",
    TeletexBody = "p22.BodyPart.teletex",
    VideotexBody = "p22.BodyPart.videotex",
    MixedModeBody = "p22.BodyPart.mixed_mode",
    HeadingExtensions = "p22.Heading.extensions",
    ExtendedBodyPart = "p22.BodyPart.extended",
    RecipientExtensions = "p22.recipient_extensions",
    NotificationExtensions = "p22.notification_extensions",
    OtherNotification = "p22.other_notification_type_fields",
    Ipm = "p22.ipm",
    Ipn = "p22.ipn",
    ThisIpm = "p22.this_IPM",
    SubjectIpm = "p22.subject_ipm",
    IpmIdentifier = "p22.user_relative_identifier",
    IpmSubject = "p22.subject",
    IpmHeading = "p22.IPM.heading",
    StandardAttributes = "p1.built_in_standard_attributes",
    DomainDefinedAttributes = "p1.built_in_domain_defined_attributes",
    ExtensionAttributeType = "p1.extension_attribute_type",
    DirectoryType = "x509if.AttributeTypeAndValue.type",
    DirectoryValue = "x509if.AttributeTypeAndValue.value",
    ReturnedIpm = "p22.returned_ipm",
    IpmRecipient = "p22.RecipientSpecifier.recipient",
    IpmOriginator = "p22.Heading.originator",
    NotificationRequests = "p22.notification_requests",
    IpmBody = "p22.IPM.body",
    Ia5Part = "p22.ia5_text",
    TeletexPart = "p22.teletex",
    ForwardedMessage = "p22.message",
    ForwardedContent = "p22.content",
    Ia5Text = "p22.IA5TextBodyPart.data",
    TeletexPage = "p22.TeletexData.page",
    Iso6937Line = "p22.line",
    BilaterallyDefined = "p22.BodyPart.bilaterally_defined",
    GeneralText = "p22.general_text",
    GeneralTextParameters = "p22.general_text_parameters",
    CharacterSet = "p22.CharacterSetRegistration",
    FileOctets = "p22.FileContents.octet_aligned",
}

impl Pick {
    /// The pick with this number; the walker counts from 1.
    pub(super) fn from_number(number: u16) -> Option<Pick> {
        ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// Whether the field is of what message transfer carries, and not of the association: those come first above.
    pub(super) fn is_transferred(self) -> bool {
        self as u16 >= Pick::P1Message as u16
    }
}

/// The schemas with the types and tables that the layers begin with.
#[derive(Debug)]
pub(super) struct Schemas {
    pub(super) schema: Schema,
    cp: TypeId,
    cpa: TypeId,
    cpr: TypeId,
    abort: TypeId,
    typed_data: TypeId,
    rs: TypeId,
    rsa: TypeId,
    user_data: TypeId,
    /// ACSE APDUs.
    pub(super) acse: TypeId,
    /// RTSE APDUs.
    pub(super) rtse: TypeId,
    /// ROSE APDUs.
    pub(super) rose: TypeId,
    /// A turn request of the X.410 mode: the priority alone.
    pub(super) turn_please: TypeId,
    /// MTS-APDUs; any BER where the schemas have none.
    pub(super) mts_apdu: TypeId,
    /// What RTSE transfers for message transfer in normal mode: an EXTERNAL.
    pub(super) external: TypeId,
    pub(super) presentation_contexts: TableId,
    pub(super) abstract_syntaxes: TableId,
    pub(super) open_argument: TableId,
    pub(super) open_result: TableId,
    pub(super) refuse_data: TableId,
    pub(super) operation_arguments: TableId,
    pub(super) operation_results: TableId,
    pub(super) error_parameters: TableId,
    pub(super) bind_arguments: TableId,
    pub(super) bind_results: TableId,
    pub(super) bind_errors: TableId,
}

impl Schemas {
    /// The type of a PPDU.
    pub(super) fn ppdu(&self, kind: PpduKind) -> TypeId {
        match kind {
            PpduKind::Cp => self.cp,
            PpduKind::Cpa => self.cpa,
            PpduKind::Cpr => self.cpr,
            PpduKind::Aru | PpduKind::Arp => self.abort,
            PpduKind::Ac | PpduKind::Aca => self.typed_data,
            PpduKind::Rs => self.rs,
            PpduKind::Rsa => self.rsa,
            PpduKind::Td => self.user_data,
        }
    }

    fn load() -> Schemas {
        // The schemas are part of the program, and a test reads every one of them: this cannot fail in the field.
        let schema = match Schema::load(FILES, NAMES) {
            Ok(schema) => schema,
            Err(error) => panic!("a schema of this program cannot be read: {error}"),
        };
        let any = schema.any();
        let ty = |name: &str| schema.type_id(name).unwrap_or(any);
        let table = |name: &str| schema.table_id(name).unwrap_or_else(|| panic!("there is no table {name}"));
        Schemas {
            cp: ty("ISO8823-PRESENTATION.CP-type"),
            cpa: ty("ISO8823-PRESENTATION.CPA-PPDU"),
            cpr: ty("ISO8823-PRESENTATION.CPR-PPDU"),
            abort: ty("ISO8823-PRESENTATION.Abort-type"),
            typed_data: ty("ISO8823-PRESENTATION.Typed-data-type"),
            rs: ty("ISO8823-PRESENTATION.RS-PPDU"),
            rsa: ty("ISO8823-PRESENTATION.RSA-PPDU"),
            user_data: ty("ISO8823-PRESENTATION.User-data"),
            acse: ty("ACSE-1.ACSE-apdu"),
            rtse: ty("RTSE-APDUS.RTSE-apdus"),
            rose: ty("Remote-Operations-APDUs.ROS"),
            turn_please: ty("RTSE-APDUS.RTTPapdu"),
            mts_apdu: ty("MTS.MTS-APDU"),
            external: ty("ACSE-1.EXTERNAL"),
            presentation_contexts: table("presentation-contexts"),
            abstract_syntaxes: table("abstract-syntaxes"),
            open_argument: table("rtse-open-argument"),
            open_result: table("rtse-open-result"),
            refuse_data: table("rtse-refuse-data"),
            operation_arguments: table("operation-arguments"),
            operation_results: table("operation-results"),
            error_parameters: table("error-parameters"),
            bind_arguments: table("bind-arguments"),
            bind_results: table("bind-results"),
            bind_errors: table("bind-errors"),
            schema,
        }
    }
}

/// The schemas.
pub(super) fn get() -> &'static Schemas {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    SCHEMAS.get_or_init(Schemas::load)
}

/// The name of an object identifier given by its contents octets, if it has one here.
pub fn oid_name(oid: &[u8]) -> Option<&'static str> {
    get().schema.oid_name(oid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_a_walk_begins_with_is_in_the_schemas() {
        let schemas = get();
        let any = schemas.schema.any();
        let types = [
            schemas.cp,
            schemas.cpa,
            schemas.cpr,
            schemas.abort,
            schemas.typed_data,
            schemas.rs,
            schemas.rsa,
            schemas.user_data,
            schemas.acse,
            schemas.rtse,
            schemas.rose,
            schemas.turn_please,
            schemas.external,
        ];
        assert!(types.iter().all(|ty| *ty != any));
    }
}
