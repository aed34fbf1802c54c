//! Signing keys and JWS (RFC 7515). Header and payload bytes are ours, signing and verifying is the library's.
//! The algorithm belongs to the key: what a token's header says never chooses one.

use super::StoredKey;
use crate::fault::Fault;
use crate::port::Dice;
use crate::time::Timestamp;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

/// The signature algorithms of RFC 7518 and RFC 8037 that contracts may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
    /// Ed25519.
    EdDsa,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256; keys of ours have 3072 bits.
    Rs256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Algorithm; 6] = [
        Algorithm::Hs256,
        Algorithm::Hs384,
        Algorithm::Hs512,
        Algorithm::EdDsa,
        Algorithm::Es256,
        Algorithm::Rs256,
    ];

    /// The JOSE name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Hs256 => "HS256",
            Algorithm::Hs384 => "HS384",
            Algorithm::Hs512 => "HS512",
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es256 => "ES256",
            Algorithm::Rs256 => "RS256",
        }
    }

    /// The algorithm with this JOSE name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Whether its public half may be published (JWKS).
    #[must_use]
    pub fn asymmetric(self) -> bool {
        matches!(self, Algorithm::EdDsa | Algorithm::Es256 | Algorithm::Rs256)
    }

    fn hmac(self) -> Option<(hmac::Algorithm, usize)> {
        match self {
            Algorithm::Hs256 => Some((hmac::HMAC_SHA256, 32)),
            Algorithm::Hs384 => Some((hmac::HMAC_SHA384, 48)),
            Algorithm::Hs512 => Some((hmac::HMAC_SHA512, 64)),
            _ => None,
        }
    }
}

enum Material {
    Hmac(Box<hmac::Key>),
    Ed(Box<Ed25519KeyPair>, ParsedPublicKey),
    Ec(Box<EcdsaKeyPair>, ParsedPublicKey),
    Rsa(Box<RsaKeyPair>, ParsedPublicKey),
}

/// One key of one token kind. It cannot be printed.
pub struct SigningKey {
    id: String,
    algorithm: Algorithm,
    active: bool,
    legacy_until: Option<Timestamp>,
    created_at: Timestamp,
    material: Material,
}

impl SigningKey {
    /// New key material for an algorithm: raw bytes for HMAC, PKCS#8 for the others. HMAC and Ed25519 keys come
    /// from the dice; the library draws EC and RSA keys itself.
    ///
    /// # Errors
    /// The library refused.
    pub fn generate(algorithm: Algorithm, dice: &dyn Dice) -> Result<Zeroizing<Vec<u8>>, Fault> {
        if let Some((_, length)) = algorithm.hmac() {
            let mut secret = Zeroizing::new(vec![0u8; length]);
            dice.fill(&mut secret);
            return Ok(secret);
        }
        let der = match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .and_then(|pair| pair.to_pkcs8v1())
                .map(|document| document.as_ref().to_vec()),
            Algorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa3072)
                .and_then(|pair| pair.as_der())
                .map(|der| der.as_ref().to_vec()),
            _ => {
                let mut seed = Zeroizing::new([0u8; 32]);
                dice.fill(seed.as_mut());
                Ed25519KeyPair::from_seed_unchecked(seed.as_ref())
                    .map_err(|_| aws_lc_rs::error::Unspecified)
                    .and_then(|pair| pair.to_pkcs8())
                    .map(|document| document.as_ref().to_vec())
            }
        };
        der.map(Zeroizing::new).map_err(|_| refused("generating", algorithm))
    }

    /// Reads the key material of a stored key, already unwrapped.
    ///
    /// # Errors
    /// Unknown algorithm, or material that is not of it.
    pub fn read(stored: &StoredKey, material: &[u8]) -> Result<SigningKey, Fault> {
        let algorithm = Algorithm::from_name(&stored.algorithm)
            .ok_or_else(|| Fault::Crypto(format!("unknown key algorithm of key {}", stored.id)))?;
        let material = read_material(algorithm, material).map_err(|()| refused("reading", algorithm))?;
        let (active, legacy_until) = (stored.active, stored.legacy_until);
        let (id, created_at) = (stored.id.clone(), stored.created_at);
        Ok(SigningKey { id, algorithm, active, legacy_until, created_at, material })
    }

    /// The key id (`kid`).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether new tokens are signed with it.
    #[must_use]
    pub fn active(&self) -> bool {
        self.active
    }

    /// Of a key that another server had before: until when tokens are good that were made there.
    #[must_use]
    pub fn legacy_until(&self) -> Option<Timestamp> {
        self.legacy_until
    }

    /// When it was made, or brought.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// The compact JWS of a header and a payload, both JSON text whose bytes are kept.
    ///
    /// # Errors
    /// The library refused to sign.
    pub fn sign(&self, header: &str, payload: &str) -> Result<String, Fault> {
        let mut token = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 100);
        URL_SAFE_NO_PAD.encode_string(header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature =
            self.signature(token.as_bytes()).map_err(|_| refused("signing with", self.algorithm))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, aws_lc_rs::error::Unspecified> {
        match &self.material {
            Material::Hmac(key) => Ok(hmac::sign(key, message).as_ref().to_vec()),
            Material::Ed(pair, _) => Ok(pair.sign(message).as_ref().to_vec()),
            Material::Ec(pair, _) => pair.sign(&SystemRandom::new(), message).map(|s| s.as_ref().to_vec()),
            Material::Rsa(pair, _) => {
                let mut signature = vec![0u8; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)?;
                Ok(signature)
            }
        }
    }

    /// Whether the signature (raw bytes) is this key's over the message.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Hmac(key) => hmac::verify(key, message, signature).is_ok(),
            Material::Ed(_, public) | Material::Ec(_, public) | Material::Rsa(_, public) => {
                public.verify_sig(message, signature).is_ok()
            }
        }
    }

    /// The public key as a JWK (RFC 7517, RFC 8037); nothing for HMAC keys.
    #[must_use]
    pub fn jwk(&self) -> Option<Map<String, Value>> {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let specific = match &self.material {
            Material::Hmac(_) => return None,
            Material::Ed(pair, _) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref())})
            }
            Material::Ec(pair, _) => {
                // An uncompressed point: 0x04, then x and y of 32 bytes each (SEC 1 section 2.3.3).
                let point = pair.public_key().as_ref();
                let (x, y) = point.get(1..65)?.split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)})
            }
            Material::Rsa(pair, _) => {
                let parts = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({"kty": "RSA", "n": text(&parts.n), "e": text(&parts.e)})
            }
        };
        let Value::Object(mut jwk) = specific else { return None };
        jwk.insert("use".to_owned(), json!("sig"));
        jwk.insert("alg".to_owned(), json!(self.algorithm.name()));
        jwk.insert("kid".to_owned(), json!(self.id));
        Some(jwk)
    }
}

fn refused(doing: &str, algorithm: Algorithm) -> Fault {
    Fault::Crypto(format!("{doing} a key of {} failed", algorithm.name()))
}

fn read_material(algorithm: Algorithm, material: &[u8]) -> Result<Material, ()> {
    if let Some((hash, _)) = algorithm.hmac() {
        return Ok(Material::Hmac(Box::new(hmac::Key::new(hash, material))));
    }
    match algorithm {
        Algorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, material).map_err(drop)?;
            let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key()).map_err(drop)?;
            Ok(Material::Ec(Box::new(pair), public))
        }
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::from_pkcs8(material).map_err(drop)?;
            let public =
                ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key()).map_err(drop)?;
            Ok(Material::Rsa(Box::new(pair), public))
        }
        _ => {
            let pair = Ed25519KeyPair::from_pkcs8(material).map_err(drop)?;
            let public = ParsedPublicKey::new(&ED25519, pair.public_key()).map_err(drop)?;
            Ok(Material::Ed(Box::new(pair), public))
        }
    }
}
