//! What a link carries, and a stage token: the id of a row among the codes, with a MAC over it and its purpose. So
//! it finds its row without an identifier, cannot be forged, and is nothing for another purpose or in another realm.

use crate::code::Purpose;
use crate::key::{MacKey, same_bytes};
use crate::opaque::OpaqueForm;
use crate::token::SECRET_BYTES;
use uuid::Uuid;

const ID: usize = 16;
const MAC: usize = 32;
/// With fewer bytes a stage token would be no secret.
pub const LEAST_STAGE_BYTES: usize = ID + SECRET_BYTES;
/// Longer texts are refused unread.
const LONGEST: usize = 8 * 1024;

/// The token of a row for a purpose, in an opaque form.
#[must_use]
pub fn stage_token(code: Uuid, purpose: Purpose, form: &OpaqueForm, key: &MacKey) -> String {
    let mut bytes = code.as_bytes().to_vec();
    bytes.extend(tag(code, purpose, size(form).saturating_sub(ID), key));
    form.write(&bytes)
}

/// The same as a link carries it, and the `jti` of a JWT.
#[must_use]
pub fn stage_id(code: Uuid, purpose: Purpose, key: &MacKey) -> String {
    stage_token(code, purpose, &OpaqueForm::default(), key)
}

/// The row and the purpose that a token names; nothing for what is not ours.
#[must_use]
pub fn read_stage_token(text: &str, form: &OpaqueForm, key: &MacKey) -> Option<(Uuid, Purpose)> {
    if text.len() > LONGEST {
        return None;
    }
    let bytes = form.read(text, size(form))?;
    let (id, presented) = bytes.split_at_checked(ID).filter(|(_, mac)| mac.len() >= SECRET_BYTES)?;
    let code = Uuid::from_bytes(id.try_into().ok()?);
    let fits = |purpose: &Purpose| same_bytes(presented, &tag(code, *purpose, presented.len(), key));
    Purpose::ALL.into_iter().find(fits).map(|purpose| (code, purpose))
}

/// The same of a link's token or of a `jti`.
#[must_use]
pub fn read_stage_id(text: &str, key: &MacKey) -> Option<(Uuid, Purpose)> {
    read_stage_token(text, &OpaqueForm::default(), key)
}

fn size(form: &OpaqueForm) -> usize {
    form.bytes.unwrap_or(ID + MAC)
}

fn tag(code: Uuid, purpose: Purpose, length: usize, key: &MacKey) -> Vec<u8> {
    key.tag(&[b"stage", purpose.name().as_bytes(), code.as_bytes()], length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Stage;
    use crate::opaque::Alphabet;

    #[test]
    fn a_token_says_its_row_and_purpose_to_its_own_realm_only() {
        let key = MacKey::new("k".to_owned(), &[1; 32]);
        let id = Uuid::from_u128(7);
        let hex = OpaqueForm { prefix: "s_".to_owned(), alphabet: Alphabet::Hex, bytes: Some(32) };
        for purpose in Purpose::ALL {
            assert_eq!(read_stage_id(&stage_id(id, purpose, &key), &key), Some((id, purpose)));
            let short = stage_token(id, purpose, &hex, &key);
            assert_eq!((short.len(), read_stage_token(&short, &hex, &key)), (66, Some((id, purpose))));
        }
        let token = stage_id(id, Purpose::Stage(Stage::ResetPassword), &key);
        assert_eq!(read_stage_id(&token, &MacKey::new("k".to_owned(), &[2; 32])), None);
        for bad in ["", "x", &token[1..], &format!("{token}A"), &token.repeat(999), &token.to_lowercase()] {
            assert_eq!(read_stage_id(bad, &key), None, "{bad}");
        }
    }
}
