//! What a request may hold: which elements in which order, which attributes, which words; Exchange
//! refuses everything else with `ErrorSchemaValidation` (docs/facts/ews.md, "Requests"). The same
//! table puts the properties of an item that is answered in order.
//!
//! It is spelled by hand, for the operations that the sandbox has, and not read from Microsoft's
//! schema, which checks requests and replies from outside (`tests/exchange/schema.rs`). It is no
//! schema language: every content is a row of steps, each a choice.

use super::xml::{Element, Space, Spot};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Each line: `m` or `t` (the namespace of what is in it), a name, `=`, and what it holds in order.
/// `?`, `*` and `+` follow what need not be there, may be there more than once, or both; `|` parts
/// a choice; `Name:Type` names another line than the element's own; `@` is an attribute, `!` one
/// that must be there; `&` takes over what another line holds. `w` lines are words, one of which a
/// text must be; `l` lines the same for several. Lines that begin with neither go on with the line
/// before. Lower case names are kinds of texts.
const TABLE: &str = "
w Shape = IdOnly Default AllProperties PcxPeopleSearch
w BodyKind = Best HTML Text
w Flag = true false 1 0
w Conflicts = NeverOverwrite AutoResolve AlwaysOverwrite
w Disposition = SaveOnly SendOnly SendAndSaveCopy
w Sending = SendToNone SendOnlyToAll SendToAllAndSaveCopy
w SendingUpdate = SendToNone SendOnlyToAll SendOnlyToChanged SendToAllAndSaveCopy SendToChangedAndSaveCopy
w Disposal = HardDelete SoftDelete MoveToDeletedItems
w Affected = AllOccurrences SpecifiedOccurrenceOnly
w Depth = Shallow Deep SoftDeleted
w ItemDepth = Shallow SoftDeleted Associated
w SyncScope = NormalItems NormalAndAssociatedItems
w BasePoint = Beginning End
w Version = Exchange2007 Exchange2007_SP1 Exchange2009 Exchange2010 Exchange2010_SP1 Exchange2010_SP2 Exchange2012 Exchange2013
  Exchange2013_SP1 Exchange2015 Exchange2016
w Sensitivity = Normal Personal Private Confidential
w Importance = Low Normal High
w LegacyFreeBusyStatus = Free Tentative Busy OOF WorkingElsewhere NoData
w ItemSort = Single Occurrence Exception RecurringMaster
w ResponseType = Unknown Organizer Tentative Accept Decline NoResponseReceived
w Status = NotStarted InProgress Completed WaitingOnOthers Deferred
w Delegation = NoMatch OwnNew Owned Accepted Declined Max
w DayOfWeek = Sunday Monday Tuesday Wednesday Thursday Friday Saturday Day Weekday WeekendDay
l DaysOfWeek = Sunday Monday Tuesday Wednesday Thursday Friday Saturday Day Weekday WeekendDay
w DayOfWeekIndex = First Second Third Fourth Last
w Month = January February March April May June July August September October November December
w Order = Ascending Descending
w MailboxType = Unknown OneOff Mailbox PublicDL PrivateDL Contact PublicFolder GroupMailbox ImplicitContact User
w SearchScope = ActiveDirectory ActiveDirectoryContacts Contacts ContactsActiveDirectory
w Containment = FullString Prefixed Substring PrefixOnWords ExactPhrase
w PropertySet = Meeting Appointment Common PublicStrings Address InternetHeaders CalendarAssistant UnifiedMessaging Task Sharing
w PropertyType = ApplicationTime ApplicationTimeArray Binary BinaryArray Boolean CLSID CLSIDArray Currency CurrencyArray Double DoubleArray
  Error Float FloatArray Integer IntegerArray Long LongArray Null Object ObjectArray Short ShortArray SystemTime SystemTimeArray String StringArray
w Distinguished = calendar contacts deleteditems drafts inbox journal notes outbox sentitems tasks msgfolderroot publicfoldersroot root junkemail
  searchfolders voicemail recoverableitemsroot archiveroot archivemsgfolderroot archivedeleteditems archiveinbox syncissues conflicts localfailures
  serverfailures recipientcache quickcontacts conversationhistory adminauditlogs todosearch mycontacts directory imcontactlist peopleconnect favorites

m FindFolder = @Traversal!:Depth FolderShape IndexedPageFolderView|FractionalPageFolderView:any? Restriction? ParentFolderIds:FolderIds
m GetFolder = FolderShape FolderIds
m SyncFolderHierarchy = FolderShape SyncFolderId:TargetFolder? SyncState:text?
m SyncFolderItems = ItemShape SyncFolderId:TargetFolder SyncState:text? Ignore:ItemIds? MaxChangesReturned:changes SyncScope?
m FindItem = @Traversal!:ItemDepth ItemShape IndexedPageItemView:IndexedPageFolderView|FractionalPageItemView:any|SeekToConditionPageItemView:any|CalendarView|ContactsView:any?
  GroupBy:any|DistinguishedGroupBy:any? Restriction? SortOrder? ParentFolderIds:FolderIds QueryString:text?
m GetItem = ItemShape ItemIds
m CreateItem = @MessageDisposition:Disposition @SendMeetingInvitations:Sending SavedItemFolderId:TargetFolder? Items
m UpdateItem = @ConflictResolution!:Conflicts @MessageDisposition:Disposition @SendMeetingInvitationsOrCancellations:SendingUpdate
  @SuppressReadReceipts:Flag SavedItemFolderId:TargetFolder? ItemChanges
m DeleteItem = @DeleteType!:Disposal @SendMeetingCancellations:Sending @AffectedTaskOccurrences:Affected @SuppressReadReceipts:Flag ItemIds
m MoveItem = ToFolderId:TargetFolder ItemIds ReturnNewItemIds:Flag?
m ResolveNames = @ReturnFullContactData!:Flag @SearchScope @ContactDataShape:Shape ParentFolderIds:FolderIds? UnresolvedEntry:text

t FolderShape = BaseShape:Shape AdditionalProperties?
t ItemShape = BaseShape:Shape IncludeMimeContent:Flag? BodyType:BodyKind? UniqueBodyType:BodyKind? NormalizedBodyType:BodyKind?
  FilterHtmlContent:Flag? ConvertHtmlCodePageToUTF8:Flag? InlineImageUrlTemplate:text? BlockExternalImages:Flag? AddBlankTargetToLinks:Flag?
  MaximumBodySize:int? AdditionalProperties?
t AdditionalProperties = FieldURI|IndexedFieldURI|ExtendedFieldURI+
t FieldURI = @FieldURI!:field
t IndexedFieldURI = @FieldURI!:text @FieldIndex!:text
t ExtendedFieldURI = @DistinguishedPropertySetId:PropertySet @PropertySetId:guid @PropertyTag:text @PropertyName:text @PropertyId:int @PropertyType!
t IndexedPageFolderView = @MaxEntriesReturned:int @Offset!:int @BasePoint!
t CalendarView = @MaxEntriesReturned:int @StartDate!:time @EndDate!:time
t FolderIds = FolderId|DistinguishedFolderId+
t TargetFolder = FolderId|DistinguishedFolderId|AddressListId:any
t FolderId = @Id!:text @ChangeKey:text
t DistinguishedFolderId = @Id!:Distinguished @ChangeKey:text Mailbox?
t ItemIds = ItemId|OccurrenceItemId|RecurringMasterItemId|RecurringMasterItemIdRanges:any+
t ItemId = @Id!:text @ChangeKey:text
t OccurrenceItemId = @RecurringMasterId!:text @ChangeKey:text @InstanceIndex!:int
t RecurringMasterItemId = @OccurrenceId!:text @ChangeKey:text
t Restriction = Exists|IsEqualTo:Compare|IsNotEqualTo:Compare|IsGreaterThan:Compare|IsGreaterThanOrEqualTo:Compare|IsLessThan:Compare
  |IsLessThanOrEqualTo:Compare|Contains|Excludes:any|Not:Restriction|And:Several|Or:Several
t Several = Exists|IsEqualTo:Compare|IsNotEqualTo:Compare|IsGreaterThan:Compare|IsGreaterThanOrEqualTo:Compare|IsLessThan:Compare
  |IsLessThanOrEqualTo:Compare|Contains|Excludes:any|Not:Restriction|And:Several|Or:Several+
t Exists = FieldURI|IndexedFieldURI|ExtendedFieldURI
t Compare = FieldURI|IndexedFieldURI|ExtendedFieldURI FieldURIOrConstant
t FieldURIOrConstant = FieldURI|IndexedFieldURI|ExtendedFieldURI|Constant
t Contains = @ContainmentMode:Containment @ContainmentComparison:text FieldURI|IndexedFieldURI|ExtendedFieldURI Constant
t Constant = @Value!:text
t SortOrder = FieldOrder+
t FieldOrder = @Order! FieldURI|IndexedFieldURI|ExtendedFieldURI

t Items = CalendarItem|Task|AcceptItem:Answer|TentativelyAcceptItem:Answer|DeclineItem:Answer|CancelCalendarItem|Message:any|Contact:any|Item:any|ReplyToItem:any
  |ForwardItem:any|RemoveItem:any+
t ItemChanges = ItemChange+
t ItemChange = ItemId|OccurrenceItemId|RecurringMasterItemId Updates
t Updates = AppendToItemField:SetItemField|SetItemField|DeleteItemField+
t SetItemField = FieldURI|IndexedFieldURI|ExtendedFieldURI CalendarItem|Task|Item|Message:any|Contact:any
t DeleteItemField = FieldURI|IndexedFieldURI|ExtendedFieldURI
t Item = MimeContent:any? ItemId? ParentFolderId:FolderId? ItemClass:text? Subject:text? Sensitivity? Body? Attachments:any? DateTimeReceived:time? Size:int?
  Categories:Strings? Importance? InReplyTo:text? IsSubmitted:Flag? IsDraft:Flag? IsFromMe:Flag? IsResend:Flag? IsUnmodified:Flag? InternetMessageHeaders:any?
  DateTimeSent:time? DateTimeCreated:time? ResponseObjects:any? ReminderDueBy:time? ReminderIsSet:Flag? ReminderNextTime:time? ReminderMinutesBeforeStart:minutes?
  DisplayCc:text? DisplayTo:text? DisplayBcc:text? HasAttachments:Flag? ExtendedProperty* Culture:text? EffectiveRights:any? LastModifiedName:text? LastModifiedTime:time?
  IsAssociated:Flag? WebClientReadFormQueryString:text? WebClientEditFormQueryString:text? ConversationId:ItemId? UniqueBody:Body? Flag:any? StoreEntryId:text?
  InstanceKey:text? NormalizedBody:Body? EntityExtractionResult:any? PolicyTag:any? ArchiveTag:any? RetentionDate:time? Preview:text?
t CalendarItem = &Item UID:text? RecurrenceId:time? DateTimeStamp:time? Start:time? End:time? OriginalStart:time? IsAllDayEvent:Flag? LegacyFreeBusyStatus? Location:text?
  When:text? IsMeeting:Flag? IsCancelled:Flag? IsRecurring:Flag? MeetingRequestWasSent:Flag? IsResponseRequested:Flag? CalendarItemType:ItemSort? MyResponseType:ResponseType?
  Organizer:Recipient? RequiredAttendees:Attendees? OptionalAttendees:Attendees? Resources:Attendees? InboxReminders:any? ConflictingMeetingCount:int? AdjacentMeetingCount:int?
  ConflictingMeetings:any? AdjacentMeetings:any? Duration:text? TimeZone:text? AppointmentReplyTime:time? AppointmentSequenceNumber:int? AppointmentState:int?
  Recurrence? FirstOccurrence:any? LastOccurrence:any? ModifiedOccurrences:any? DeletedOccurrences:any? MeetingTimeZone:any? StartTimeZone:TimeZone? EndTimeZone:TimeZone?
  ConferenceType:int? AllowNewTimeProposal:Flag? IsOnlineMeeting:Flag? MeetingWorkspaceUrl:text? NetShowUrl:text? EnhancedLocation:any? StartWallClock:time? EndWallClock:time?
  StartTimeZoneId:text? EndTimeZoneId:text? IntendedFreeBusyStatus:LegacyFreeBusyStatus? JoinOnlineMeetingUrl:text? OnlineMeetingSettings:any? IsOrganizer:Flag?
t Task = &Item ActualWork:int? AssignedTime:time? BillingInformation:text? ChangeCount:int? Companies:Strings? CompleteDate:time? Contacts:Strings? DelegationState:Delegation?
  Delegator:text? DueDate:time? IsAssignmentEditable:int? IsComplete:Flag? IsRecurring:Flag? IsTeamTask:Flag? Mileage:text? Owner:text? PercentComplete:double?
  Recurrence:TaskRecurrence? StartDate:time? Status? StatusDescription:text? TotalWork:int?
t Answer = @ObjectName:text ItemClass:text? Sensitivity? Body? Attachments:any? InternetMessageHeaders:any? Sender:Recipient? ToRecipients:any? CcRecipients:any? BccRecipients:any?
  IsReadReceiptRequested:Flag? IsDeliveryReceiptRequested:Flag? From:Recipient? ReferenceItemId:ItemId? ProposedStart:time? ProposedEnd:time?
t CancelCalendarItem = @ObjectName:text Subject:text? Body? ToRecipients:any? CcRecipients:any? BccRecipients:any? IsReadReceiptRequested:Flag? IsDeliveryReceiptRequested:Flag?
  From:Recipient? ReferenceItemId:ItemId? NewBodyContent:Body?
t Strings = String:text*
t Body = @BodyType!:BodyKind @IsTruncated:Flag text
t ExtendedProperty = ExtendedFieldURI Value:text|Values:any
t Recipient = Mailbox
t Attendees = Attendee+
t Attendee = Mailbox ResponseType? LastResponseTime:time? ProposedStart:time? ProposedEnd:time?
t Mailbox = Name:text? EmailAddress:text? RoutingType:text? MailboxType? ItemId? OriginalDisplayName:text?
t TimeZone = @Id:text @Name:text Periods:any? TransitionsGroups:any? Transitions:any?
t TimeZoneContext = TimeZoneDefinition:TimeZone
t RequestServerVersion = @Version!
t Recurrence = RelativeYearlyRecurrence|AbsoluteYearlyRecurrence|RelativeMonthlyRecurrence|AbsoluteMonthlyRecurrence|WeeklyRecurrence|DailyRecurrence
  NoEndRecurrence|EndDateRecurrence|NumberedRecurrence
t TaskRecurrence = RelativeYearlyRecurrence|AbsoluteYearlyRecurrence|RelativeMonthlyRecurrence|AbsoluteMonthlyRecurrence|WeeklyRecurrence|DailyRecurrence|
  DailyRegeneration:DailyRecurrence|WeeklyRegeneration:DailyRecurrence|MonthlyRegeneration:DailyRecurrence|YearlyRegeneration:DailyRecurrence NoEndRecurrence|EndDateRecurrence|NumberedRecurrence
t RelativeYearlyRecurrence = DaysOfWeek:DayOfWeek DayOfWeekIndex Month
t AbsoluteYearlyRecurrence = DayOfMonth:int Month
t RelativeMonthlyRecurrence = Interval:int DaysOfWeek:DayOfWeek DayOfWeekIndex
t AbsoluteMonthlyRecurrence = Interval:int DayOfMonth:int
t WeeklyRecurrence = Interval:int DaysOfWeek FirstDayOfWeek:DayOfWeek?
t DailyRecurrence = Interval:int
t NoEndRecurrence = StartDate:date
t EndDateRecurrence = StartDate:date EndDate:date
t NumberedRecurrence = StartDate:date NumberOfOccurrences:int
";

/// What an element may be.
enum Form {
    /// An element with these attributes, and steps of elements in this namespace; or with a text.
    Elements { space: Space, attributes: Vec<Attribute>, steps: Vec<Step>, text: bool },
    /// One word of these, or several.
    Words { words: Vec<&'static str>, several: bool },
}

struct Attribute {
    name: &'static str,
    form: &'static str,
    required: bool,
}

/// One choice of names, each with its form.
struct Step {
    choices: Vec<(&'static str, &'static str)>,
    required: bool,
    repeats: bool,
}

type Forms = HashMap<&'static str, Form>;

fn forms() -> &'static Forms {
    static FORMS: OnceLock<Forms> = OnceLock::new();
    FORMS.get_or_init(|| {
        let mut forms = Forms::new();
        let begins = |line: &&str| !line.starts_with(' ') && !line.is_empty();
        let lines: Vec<&'static str> = TABLE.lines().collect();
        let mut at = lines.iter().enumerate().filter(|(_, line)| begins(line)).map(|(index, _)| index).peekable();
        while let Some(index) = at.next() {
            let end = at.peek().copied().unwrap_or(lines.len());
            let Some((head, first)) = lines.get(index).and_then(|line| line.split_once(" = ")) else { continue };
            let Some((sort, name)) = head.split_once(' ') else { continue };
            let rest = lines.get(index + 1..end).unwrap_or_default().iter().flat_map(|line| line.split_whitespace());
            let parts: Vec<&'static str> = first.split_whitespace().chain(rest).collect();
            let form = match sort {
                "w" | "l" => Form::Words { words: parts, several: sort == "l" },
                _ => elements(if sort == "m" { Space::Messages } else { Space::Types }, &parts, &forms),
            };
            forms.insert(name, form);
        }
        forms
    })
}

fn elements(space: Space, parts: &[&'static str], forms: &Forms) -> Form {
    let (mut attributes, mut steps, mut text) = (Vec::new(), Vec::<Step>::new(), false);
    let mut goes_on = false;
    for part in parts {
        let typed = |part: &'static str| part.split_once(':').unwrap_or((part, part));
        if let Some(attribute) = part.strip_prefix('@') {
            let (name, form) = typed(attribute);
            let required = name.ends_with('!');
            let (name, form) = (name.trim_end_matches('!'), form.trim_end_matches('!'));
            attributes.push(Attribute { name, form, required });
            continue;
        }
        if let Some(Form::Elements { steps: own, .. }) = part.strip_prefix('&').and_then(|name| forms.get(name)) {
            steps.extend(own.iter().map(|step| Step { choices: step.choices.clone(), ..*step }));
            continue;
        }
        if *part == "text" {
            text = true;
            continue;
        }
        let bare = part.trim_end_matches(['?', '*', '+']);
        let choices: Vec<_> = bare.split('|').filter(|name| !name.is_empty()).map(typed).collect();
        let (required, repeats) = (!part.ends_with(['?', '*']), part.ends_with(['*', '+']));
        match steps.last_mut() {
            Some(step) if goes_on || part.starts_with('|') => {
                step.choices.extend(choices);
                (step.required, step.repeats) = (required, repeats);
            }
            Some(_) | None => steps.push(Step { choices, required, repeats }),
        }
        goes_on = part.ends_with('|');
    }
    Form::Elements { space, attributes, steps, text }
}

/// A violation: where, and what.
pub(crate) type Violation = (Spot, String);

/// Checks one element as the form that its name leads to.
///
/// # Errors
/// The first violation.
pub(crate) fn check(element: &Element) -> Result<(), Violation> {
    check_as(element, element.name.as_str())
}

/// Whether there is such a request.
pub(crate) fn knows(operation: &str) -> bool {
    matches!(forms().get(operation), Some(Form::Elements { space: Space::Messages, .. }))
}

/// The place of a property among those of an item.
pub(crate) fn place(item: &str, property: &str) -> Option<usize> {
    let Some(Form::Elements { steps, .. }) = forms().get(item) else { return None };
    steps.iter().position(|step| step.choices.iter().any(|(name, _)| *name == property))
}

fn check_as(element: &Element, form: &str) -> Result<(), Violation> {
    match forms().get(form) {
        _ if form == "any" => Ok(()),
        None => plain(element).and_then(|()| {
            let why = fits(form, &element.text).err();
            why.map_or(Ok(()), |why| Err((element.spot, invalid(element, &why))))
        }),
        Some(Form::Words { words, several }) => plain(element).and_then(|()| {
            let mut given = element.text.split_whitespace();
            let is_one = *several || words.contains(&element.text.as_str());
            if is_one && given.all(|word| words.contains(&word)) && !element.text.is_empty() {
                return Ok(());
            }
            Err((element.spot, invalid(element, "The Enumeration constraint failed.")))
        }),
        Some(Form::Elements { space, attributes, steps, text }) => {
            check_attributes(element, attributes)?;
            if !text && !element.text.trim().is_empty() {
                let name = &element.name;
                return Err((element.spot, format!("The element '{name}' cannot contain text.")));
            }
            follow(element, *space, steps)
        }
    }
}

/// Goes through the children of an element, step by step.
fn follow(element: &Element, space: Space, steps: &[Step]) -> Result<(), Violation> {
    let mut steps = steps.iter();
    let mut current: Option<(&Step, bool)> = None;
    for child in &element.children {
        loop {
            match current {
                Some((step, taken)) if !taken || step.repeats => {
                    let chosen = step.choices.iter().find(|(name, _)| child.space == space && child.name == *name);
                    if let Some((_, form)) = chosen {
                        check_as(child, form)?;
                        current = Some((step, true));
                        break;
                    }
                    if step.required && !taken {
                        return Err(unexpected(element, child, step));
                    }
                }
                Some(_) | None => {}
            }
            current = Some((steps.next().ok_or_else(|| superfluous(element, child))?, false));
        }
    }
    let open = current.filter(|(_, taken)| !taken).map(|(step, _)| step);
    match open.into_iter().chain(steps).find(|step| step.required) {
        None => Ok(()),
        Some(step) => {
            Err((element.spot, format!("The element '{}' has incomplete content. {}", element.name, expected(step))))
        }
    }
}

fn check_attributes(element: &Element, known: &[Attribute]) -> Result<(), Violation> {
    let wrong = |why: String| Err((element.spot, why));
    for (name, value) in &element.attributes {
        let Some(attribute) = known.iter().find(|attribute| attribute.name == name) else {
            return wrong(format!("The '{name}' attribute is not declared."));
        };
        let fault = match forms().get(attribute.form) {
            Some(Form::Words { words, .. }) if words.contains(&value.as_str()) => None,
            Some(_) => Some("The Enumeration constraint failed.".to_owned()),
            None => fits(attribute.form, value).err(),
        };
        if let Some(fault) = fault {
            return wrong(format!(
                "The '{name}' attribute is invalid - The value '{value}' is invalid according to its datatype - {fault}"
            ));
        }
    }
    let missing = known.iter().find(|attribute| attribute.required && element.attribute(attribute.name).is_none());
    missing.map_or(Ok(()), |attribute| wrong(format!("The required attribute '{}' is missing.", attribute.name)))
}

fn plain(element: &Element) -> Result<(), Violation> {
    check_attributes(element, &[])?;
    match element.children.first() {
        None => Ok(()),
        Some(child) => Err(superfluous(element, child)),
    }
}

fn superfluous(element: &Element, child: &Element) -> Violation {
    (child.spot, format!("The element '{}' has invalid child element '{}'.", element.name, child.name))
}

fn unexpected(element: &Element, child: &Element, step: &Step) -> Violation {
    let (spot, what) = superfluous(element, child);
    (spot, format!("{what} {}", expected(step)))
}

fn expected(step: &Step) -> String {
    let names: Vec<_> = step.choices.iter().map(|(name, _)| *name).collect();
    format!("List of possible elements expected: '{}'.", names.join(", "))
}

fn invalid(element: &Element, why: &str) -> String {
    format!(
        "The '{}' element is invalid - The value '{}' is invalid according to its datatype - {why}",
        element.name, element.text
    )
}

/// Whether a text is of a kind.
fn fits(kind: &str, text: &str) -> Result<(), String> {
    use super::times;
    let is_so = match kind {
        "int" => text.parse::<i32>().is_ok(),
        "minutes" => text.parse::<i32>().is_ok_and(|minutes| minutes >= 0),
        "changes" => text.parse::<i32>().is_ok_and(|number| (1..=512).contains(&number)),
        "double" => text.parse::<f64>().is_ok(),
        "time" => times::parse(text).is_some(),
        "date" => times::day(text).is_some(),
        "guid" => text.len() == 36 && uuid::Uuid::parse_str(text).is_ok(),
        "field" => text.split_once(':').is_some_and(|(class, name)| !name.is_empty() && !class.is_empty()),
        _ => true,
    };
    if is_so { Ok(()) } else { Err(format!("it is no {kind}.")) }
}
