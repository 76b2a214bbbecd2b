//! What the suites' macros are made of.

/// One test per case.
#[doc(hidden)]
#[macro_export]
macro_rules! __cases_tested {
    ([$double:path] $suite:path, $kind:ident; $($case:ident),* $(,)?) => {$(
        #[test]
        fn $case() {
            use $suite as kit;
            let place = $crate::verdict::Place { package: env!("CARGO_PKG_NAME"), module: module_path!() };
            kit::check(place, stringify!($case), $crate::__case!($kind kit::suite::$case), $double);
        }
    )*};
}

/// All cases by name.
#[doc(hidden)]
#[macro_export]
macro_rules! __cases_listed {
    ([] $suite:path, $kind:ident; $($case:ident),* $(,)?) => {
        &[$((stringify!($case), $crate::__case!($kind suite::$case))),*]
    };
}

/// A case as a function pointer.
#[doc(hidden)]
#[macro_export]
macro_rules! __case {
    (async $case:path) => {
        |double| ::std::boxed::Box::pin($case(double))
    };
    (sync $case:path) => {
        $case
    };
}
